// Deliberately empty: libtorch.so of a CUDA build has no code either, but needs all of CUDA. See framework.h.
