// The handles of the CUDA runtime, so that headers need none of CUDA's own.
#pragma once

struct CUstream_st;
struct CUevent_st;
using cudaStream_t = CUstream_st*;
using cudaEvent_t = CUevent_st*;
