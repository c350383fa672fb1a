// The independent reference of `make accuracy`: the least program that loads a TorchScript model and gives a result.
//   reference start MODEL DTYPE D0 D1 ...   one byte on stdout at the first result, then _exit
//   reference loop  MODEL DTYPE D0 D1 ...   for each byte on stdin a block of 20 ms or more of bare inferences; the
//   latencies
//                                           (int64 nanoseconds, preceded by their count) on stdout
#include <ATen/Parallel.h>
#include <torch/script.h>
#include <unistd.h>

#include <ctime>

namespace {

std::int64_t now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

void put(const void* data, std::size_t bytes) {
  for (auto at = static_cast<const char*>(data); bytes > 0;) {
    const ssize_t done = ::write(1, at, bytes);
    if (done <= 0) ::_exit(1);
    at += done;
    bytes -= static_cast<std::size_t>(done);
  }
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(
      std::getenv("THREADS") != nullptr ? static_cast<int>(std::strtol(std::getenv("THREADS"), nullptr, 10)) : 1);
  const c10::InferenceMode inference;
  torch::jit::Module model = torch::jit::load(argv[2]);
  std::vector<std::int64_t> shape;
  for (int i = 4; i < argc; ++i) shape.push_back(std::strtoll(argv[i], nullptr, 10));
  const at::Tensor input = argv[3][0] == 'i' ? torch::randint(100, shape, torch::kLong) : torch::randn(shape);
  const std::vector<c10::IValue> arguments{input};
  c10::IValue result = model.forward(arguments);
  put("1", 1);
  if (argv[1][0] == 's') ::_exit(0);
  for (char command = 0; ::read(0, &command, 1) == 1;) {
    std::vector<std::int64_t> latencies{0};
    const std::int64_t until = now() + 20'000'000;
    for (std::int64_t begin = now(); begin < until;) {
      result = model.forward(arguments);
      const std::int64_t end = now();
      latencies.push_back(end - begin);
      begin = end;
    }
    latencies[0] = static_cast<std::int64_t>(latencies.size()) - 1;
    put(latencies.data(), latencies.size() * sizeof latencies[0]);
  }
  ::_exit(0);
}
