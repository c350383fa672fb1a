# libtorch as imported targets of our own: mlplan_torch (torch_cpu and c10 with their headers).
#
# find_package(Torch) of the wheel wants all of NVIDIA's packages and trips over CMake's CUDA languages; two libraries and
# two include folders are all that mlplan-worker needs. Looked for, in this order:
#   CMAKE_PREFIX_PATH   a folder that holds torch/lib/libtorch_cpu.so (site-packages), or lib/libtorch_cpu.so (the libtorch
#                       archive, or site-packages/torch), or a virtual environment
#   the cache           ${XDG_CACHE_HOME:-~/.cache}/mlplan/libtorch-2.11.0, which `make setup` fills
# Sets MLPLAN_TORCH_LIB_DIR, the folder that holds libtorch_cpu.so.
set(MLPLAN_TORCH_OLDEST 2.11.0)

if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_torch_cache "$ENV{XDG_CACHE_HOME}/mlplan/libtorch-2.11.0")
else()
  set(_torch_cache "$ENV{HOME}/.cache/mlplan/libtorch-2.11.0")
endif()

string(REPLACE ":" ";" _torch_prefixes "$ENV{CMAKE_PREFIX_PATH}")
set(_torch_folders)
foreach(_prefix IN LISTS CMAKE_PREFIX_PATH _torch_prefixes)
  file(GLOB _in_environment "${_prefix}/lib/python3*/site-packages/torch")
  list(APPEND _torch_folders "${_prefix}/torch" "${_prefix}" ${_in_environment})
endforeach()
list(APPEND _torch_folders "${_torch_cache}/torch")

set(_torch_folder "")
foreach(_folder IN LISTS _torch_folders)
  if(EXISTS "${_folder}/lib/libtorch_cpu.so" AND EXISTS "${_folder}/include/torch/headeronly/version.h")
    get_filename_component(_torch_folder "${_folder}" REALPATH)
    break()
  endif()
endforeach()
if(_torch_folder STREQUAL "")
  message(FATAL_ERROR
    "libtorch was not found. Run `make setup`, which puts it into ${_torch_cache}, or point CMAKE_PREFIX_PATH at a folder "
    "that holds torch/lib/libtorch_cpu.so or lib/libtorch_cpu.so. Without libtorch: -DMLPLAN_WORKER=OFF.")
endif()

file(STRINGS "${_torch_folder}/include/torch/headeronly/version.h" _torch_version_lines
  REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
list(TRANSFORM _torch_version_lines REPLACE "^.* ([0-9]+)$" "\\1")
list(JOIN _torch_version_lines "." MLPLAN_TORCH_VERSION)
if("${MLPLAN_TORCH_VERSION}" STREQUAL "" OR MLPLAN_TORCH_VERSION VERSION_LESS MLPLAN_TORCH_OLDEST)
  message(FATAL_ERROR "${_torch_folder} holds libtorch '${MLPLAN_TORCH_VERSION}'; ${MLPLAN_TORCH_OLDEST} or newer is needed")
endif()
set(MLPLAN_TORCH_LIB_DIR "${_torch_folder}/lib")
message(STATUS "libtorch ${MLPLAN_TORCH_VERSION} in ${_torch_folder}")

foreach(_library torch_cpu c10)
  add_library(mlplan_${_library} SHARED IMPORTED)
  set_target_properties(mlplan_${_library} PROPERTIES
    IMPORTED_LOCATION "${MLPLAN_TORCH_LIB_DIR}/lib${_library}.so"
    IMPORTED_SONAME "lib${_library}.so")
endforeach()
add_library(mlplan_torch INTERFACE)
# Searched after the system's folders (and as silent about warnings as those): libtorch ships an fmt of its own, whose headers
# must not take the place of the distribution's, which is what we link.
target_compile_options(mlplan_torch INTERFACE
  "SHELL:-idirafter \"${_torch_folder}/include\"" "SHELL:-idirafter \"${_torch_folder}/include/torch/csrc/api/include\"")
target_link_libraries(mlplan_torch INTERFACE mlplan_torch_cpu mlplan_c10 ${CMAKE_DL_LIBS})
# What libtorch itself needs is found by its own run paths when it is loaded, not when we link. RUNPATH (new dtags), not
# RPATH, so that LD_LIBRARY_PATH, and with it --torch-lib, wins over the folder chosen here.
target_link_options(mlplan_torch INTERFACE LINKER:--allow-shlib-undefined LINKER:--enable-new-dtags)
