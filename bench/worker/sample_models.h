// Small real models to try things on: TorchScript in evaluation mode, made with libtorch alone. Weights are random,
// seeded and scaled as a training run would start with; the same seed gives the same bytes on every machine.
//
//   mlp          f32[batch,256]                        five linear layers with ReLU, 100 classes
//   cnn          f32[batch,3,H,W]                      stem and four residual stages (3x3 convolutions, batch norm),
//   100 classes transformer  i64[batch,seq], seq up to 512         decoder: token and position tables, causal
//   attention, GELU blocks, tied logits
//                                                      of the last token
//   recommender  i64[batch,8], f32[batch,13]           eight embedding tables, a bottom MLP, dot interactions, a top
//   MLP, sigmoid lstm         f32[batch,seq,64]                     two LSTM layers, a linear layer on the last step
#pragma once

#include <cstdint>
#include <string>

namespace mlplan::worker {

// `size` is small (3 MB of weights), medium (25 MB), large (100 MB) or a byte quantity ("1GiB", 256 kB to 64 GiB); the
// weights come within 5 % of it. The file appears whole or not at all. Throws Failure "input" for a wrong name or size,
// and what libtorch throws when it cannot write.
void write_sample_model(const std::string& name, const std::string& size, std::uint64_t seed, const std::string& path);

}  // namespace mlplan::worker
