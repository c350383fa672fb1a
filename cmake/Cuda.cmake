# CUDA, where there is a compiler for it. Sets MLPLAN_HAS_CUDA.
#
#   MLPLAN_CUDA=AUTO   with CUDA where nvcc 13 or newer is found: CMAKE_CUDA_COMPILER, CUDACXX, PATH or /usr/local/cuda
#   ON                 an error where it is not
#   OFF                without
set(MLPLAN_CUDA AUTO CACHE STRING "Build the GPU's benchmarks: AUTO, ON or OFF")
set_property(CACHE MLPLAN_CUDA PROPERTY STRINGS AUTO ON OFF)
set(MLPLAN_CUDA_OLDEST 13.0)
set(MLPLAN_HAS_CUDA OFF)

set(_cuda_missing "")
if(NOT MLPLAN_CUDA STREQUAL AUTO AND NOT MLPLAN_CUDA)
  set(_cuda_missing "MLPLAN_CUDA is ${MLPLAN_CUDA}")
else()
  set(_nvcc_names ${CMAKE_CUDA_COMPILER} $ENV{CUDACXX} nvcc)
  find_program(MLPLAN_NVCC NAMES ${_nvcc_names} PATHS /usr/local/cuda/bin)
  if(NOT MLPLAN_NVCC)
    set(_cuda_missing "nvcc was not found")
  else()
    execute_process(COMMAND "${MLPLAN_NVCC}" --version OUTPUT_VARIABLE _nvcc_says ERROR_QUIET)
    string(REGEX MATCH "release ([0-9.]+)" _nvcc_version "${_nvcc_says}")
    if(NOT _nvcc_version OR CMAKE_MATCH_1 VERSION_LESS MLPLAN_CUDA_OLDEST)
      set(_cuda_missing "${MLPLAN_NVCC} is '${CMAKE_MATCH_1}', ${MLPLAN_CUDA_OLDEST} or newer is needed")
    endif()
  endif()
endif()

if(_cuda_missing)
  if(NOT MLPLAN_CUDA STREQUAL AUTO AND MLPLAN_CUDA)
    message(FATAL_ERROR "No CUDA: ${_cuda_missing}. Install the CUDA Toolkit, or point CUDACXX at nvcc.")
  endif()
  message(STATUS "Without the GPU's benchmarks: ${_cuda_missing}")
  return()
endif()

# Machine code for the cards of the clouds (T4, A100, A10G, L4, H100 and H200), and what newer ones can translate.
set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 89-real 90 CACHE STRING "What nvcc compiles for")
set(CMAKE_CUDA_COMPILER "${MLPLAN_NVCC}")
if(MLPLAN_CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${MLPLAN_CCACHE}")
endif()
enable_language(CUDA)
# 3.25 knows no C++20 of nvcc's; what is in .cu files needs none.
set(CMAKE_CUDA_STANDARD 17)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
set(MLPLAN_HAS_CUDA ON)
message(STATUS "With the GPU's benchmarks: nvcc ${CMAKE_CUDA_COMPILER_VERSION}")
