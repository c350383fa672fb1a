// A worker on a GPU that is not there, for tests of what mlplan makes of one: it answers on the worker's channel with
// figures of its own. An inference of batch n takes n ms, 0.95 of it on the device (0.9 by itself, 0.92 in a run; not
// by itself at batch 8), and is queued in 0.9 ms. A batch above 16 does not fit into the GPU's memory; of 16 the
// context is lost where LOSE_THE_DEVICE is set.
//
// Where STAND_IN_NVML names a folder, the stand-in for NVML (tests/stand_ins/nvml.cpp) tells of its memory what this
// worker writes there, and the first HOT_BLOCKS timed blocks of batch 8 are measured while the GPU is too hot.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

#include "profiles/support/worker_messages.h"

namespace {

using namespace mlplan;
using namespace mlplan::worker;

constexpr std::int64_t kMebibyte = 1 << 20;

std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void read_all(void* data, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t got = ::read(kChannelFd, static_cast<char*>(data) + done, bytes - done);
    if (got <= 0) ::_exit(0);
    done += static_cast<std::size_t>(got);
  }
}

void write_all(const void* data, std::size_t bytes) {
  if (::write(kChannelFd, data, bytes) != static_cast<ssize_t>(bytes)) ::_exit(1);
}

std::string read_line() {
  std::string line;
  for (char c = 0; c != '\n'; line += c) read_all(&c, 1);
  return line;
}

class FakeWorker {
 public:
  FakeWorker() { stamps_.preinit = stamp(); }

  Reply answer(const Request& request) {
    Reply out;
    out.verb = request.verb;
    const std::string& verb = request.verb;
    if (verb == "version") out.build = {MLPLAN_VERSION, "2.11.0", "2.11.0", "CUDA 13.0 build", "/torch", ""};
    if (verb == "start" || verb == "cold_start" || verb == "load") start(request.load);
    if (verb == "start") {
      out.build.device = "a GPU that is not there";
      out.build.device_pci_bus_id = "0000:1B:00.0";
      const char* mode = std::getenv("CUDA_MODULE_LOADING");
      out.build.cuda_module_loading = mode != nullptr && std::string(mode) == "EAGER" ? "eager" : "lazy";
    }
    if (verb == "load" || verb == "cold_start") load(request.load);
    if (verb == "first" || verb == "cold_start") first();
    if (verb == "describe") out.description.format = "torchscript";
    if (verb == "trial") out.outputs = {"f32[1,4]"};
    if (verb == "warm_up") {
      out.warmed_up = {.inferences = 50, .steady = true, .steady_from = 3, .steady_at_ns = now_ns()};
      take_memory(700, 220, 250);
    }
    if (verb == "measure") measure(request.measure, out);
    if (verb == "quality") out.quality = {true, 0, 0, 0, 4, "0123456789abcdef"};
    if (verb == "device_memory") out.device_memory = memory_;
    out.stamps = stamps_;
    return out;
  }

 private:
  Stamp stamp() const {
    ::usleep(1000);
    return {.time_ns = now_ns(), .cpu_ns = 0, .minor_faults = 0, .major_faults = 0, .read_bytes = read_bytes_};
  }

  void start(const LoadRequest& load) {
    if (stamps_.framework.time_ns != 0) return;
    if (load.device != "cuda:1") ::_exit(9);
    stamps_.framework = stamp();
    stamps_.cuda_driver = stamp();
    stamps_.cuda_libraries = stamp();
    stamps_.cuda_context = stamp();
    stamps_.torch_cuda_init = stamps_.op_libraries = stamp();
    take_memory(400, 0, 0);
  }

  // So much of the device's (MiB), of which libtorch's allocator has the two latter; an inference takes 20 more.
  void take_memory(std::int64_t used, std::int64_t allocated, std::int64_t reserved) {
    memory_ = {.in_use = used * kMebibyte,
               .allocated = allocated * kMebibyte,
               .peak_allocated = (allocated + (reserved > 0 ? 20 : 0)) * kMebibyte,
               .reserved = reserved * kMebibyte,
               .holes = (reserved - allocated) / 2 * kMebibyte};
    if (const char* folder = std::getenv("STAND_IN_NVML"))
      std::ofstream(folder + ("/process_" + std::to_string(::getpid()))) << memory_.in_use << "\n";
  }

  static void get_hot() {
    const char* folder = std::getenv("STAND_IN_NVML");
    const char* limit = std::getenv("HOT_BLOCKS");
    if (folder == nullptr || limit == nullptr) return;
    const std::string path = folder + std::string("/thermal_ns");
    std::int64_t hot = 0;
    std::ifstream(path) >> hot;
    if (hot < std::strtoll(limit, nullptr, 10)) std::ofstream(path) << hot + 1 << "\n";
  }

  void load(const LoadRequest& load) {
    struct stat status{};
    ::stat(load.path.c_str(), &status);
    read_bytes_ = status.st_size;
    stamps_.loaded = stamp();
    stamps_.reading = {.time_ns = 200'000, .cpu_ns = 0, .minor_faults = 0, .major_faults = 0, .read_bytes = 0};
    stamps_.copying = {.time_ns = 300'000, .cpu_ns = 0, .minor_faults = 0, .major_faults = 0, .read_bytes = 0};
    stamps_.copied_bytes = 64;
    take_memory(500, 80, 90);
  }

  void first() {
    stamps_.input = stamp();
    stamps_.first_result = stamp();
    take_memory(600, 140, 150);
  }

  static void measure(const MeasureRequest& request, Reply& out) {
    const auto batch = request.input.dims.contains("batch") ? request.input.dims.at("batch") : 1;
    if (batch > 16) {
      out.failure = WorkerFailure{"device_memory", "it does not fit into the GPU's memory: CUDA out of memory", ""};
    } else if (batch == 16 && std::getenv("LOSE_THE_DEVICE") != nullptr) {
      out.failure =
          WorkerFailure{"device_lost", "the GPU's context is lost: an illegal memory access", "look at dmesg"};
    }
    if (out.failure) return;
    if (batch == 8 && request.min_time_ns > 0) get_hot();
    const std::int64_t latency = batch * 1'000'000;
    const auto count = std::clamp(request.min_time_ns / latency + 1, request.min_count, request.max_count);
    out.measured.begin_ns = now_ns();
    for (std::int64_t i = 0; i < count; ++i) {
      out.measured.latency_ns.push_back(latency + i % 7 * 1000);
      out.measured.device_ns.push_back(latency * 95 / 100);
      out.measured.enqueue_ns.push_back(900'000);
    }
    if (batch == 8) {
      out.measured.not_isolated = "its gate did not hold";
    } else {
      out.measured.isolated_ns.assign(static_cast<std::size_t>(request.isolated), latency * 90 / 100);
    }
    if (request.back_to_back > 0) out.measured.back_to_back_ns.push_back(latency * 92 / 100);
  }

  ColdStartStamps stamps_;
  std::int64_t read_bytes_ = 0;
  DeviceMemory memory_;
};

[[noreturn]] void attend() {
  while (true) {
    Ticket ticket{};
    read_all(&ticket, sizeof ticket);
    Stub stub{.number = ticket.number, .started_ns = now_ns(), .done_ns = 0, .failure_bytes = 0};
    ::usleep(1000);
    stub.done_ns = now_ns();
    write_all(&stub, sizeof stub);
  }
}

}  // namespace

int main() {
  if (std::getenv(kStopAtBaselineVariable) != nullptr) ::raise(SIGSTOP);
  FakeWorker worker;
  while (true) {
    const Result<Request> request = read_request(read_line());
    if (!request) return 8;
    const Reply reply = worker.answer(*request);
    const std::string line = write_line(reply);
    write_all(line.data(), line.size());
    if (request->verb == "exit") return 0;
    if (request->verb == "attend") attend();
    if (reply.failure && reply.failure->kind == "device_lost") return 1;
  }
}
