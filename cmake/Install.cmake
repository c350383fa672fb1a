# `make install PREFIX=...`. The tree can be moved: mlplan looks for its worker, and the worker for its stand-in of
# libtorch.so, relative to where they are. libtorch itself stays where CMake found it, or is named by --torch-lib or
# MLPLAN_TORCH_LIB. Folders are literal, not GNUInstallDirs', as the programs look for each other in them.
install(TARGETS mlplan RUNTIME DESTINATION bin)
install(TARGETS mlplan-kernels mlplan-kernels-nothing RUNTIME DESTINATION libexec/mlplan)
if(MLPLAN_WORKER)
  install(TARGETS mlplan-worker RUNTIME DESTINATION libexec/mlplan)
  install(TARGETS mlplan_torch_shim LIBRARY DESTINATION lib/mlplan)
endif()
install(FILES README.md CHANGELOG.md LICENSE DESTINATION share/doc/mlplan)
install(DIRECTORY docs/ DESTINATION share/doc/mlplan/docs)
