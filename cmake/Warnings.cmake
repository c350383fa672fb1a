# GCC 12 warns of overlapping copies inside of std::string's own operator+ when it optimises (GCC bug 105651).
if(NOT CMAKE_CXX_CLANG_TIDY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  set(MLPLAN_WRONG_WARNINGS -Wno-restrict)
endif()

# mlplan_target(NAME): what every target of ours shares: include paths from the top of the repository, and warnings.
# -Wpedantic is not for nvcc: the line markers it writes for the host's compiler are an extension.
function(mlplan_target name)
  set(cxx -Wall -Wextra -Wpedantic -Wshadow -Wconversion ${MLPLAN_WRONG_WARNINGS})
  set(cuda -Xcompiler=-Wall,-Wextra,-Wshadow,-Wconversion)
  if(MLPLAN_WERROR)
    list(APPEND cxx -Werror)
    list(APPEND cuda -Werror=all-warnings -Xcompiler=-Werror)
  endif()
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${cxx}>" "$<$<COMPILE_LANGUAGE:CUDA>:${cuda}>")
  target_compile_definitions(${name} PRIVATE MLPLAN_VERSION="${PROJECT_VERSION}")
endfunction()
