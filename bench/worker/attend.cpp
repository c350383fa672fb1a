#include "bench/worker/attend.h"

#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "bench/worker/blackbox.h"
#include "bench/worker/failure.h"
#include "bench/worker/framework.h"
#include "bench/worker/stamps.h"

namespace mlplan::worker {

std::map<std::int64_t, std::function<void()>> prepare_calls(Model& model, const AttendRequest& request,
                                                            Blackbox& blackbox) {
  std::map<std::int64_t, std::function<void()>> calls;
  for (const std::int64_t batch : request.batches) {
    InputRequest input = request.input;
    input.dims["batch"] = batch;
    enter(blackbox, Phase::make_input);
    model.set_inputs(input);
    const std::function<void()>& call = calls[batch] = model.caller();
    enter(blackbox, Phase::warm_up);
    for (std::int64_t i = 0; i < request.untimed; ++i) {
      call();
      count_inference(blackbox);
    }
  }
  return calls;
}

void attend(const std::map<std::int64_t, std::function<void()>>& calls, Channel& channel, Blackbox& blackbox) {
  in_inference_mode([&] {
    while (true) {
      enter(blackbox, Phase::idle);
      Ticket ticket{};
      channel.read(std::as_writable_bytes(std::span(&ticket, 1)));
      enter(blackbox, Phase::measure);
      Stub stub{.number = ticket.number, .started_ns = 0, .done_ns = 0, .failure_bytes = 0};
      std::string failure;
      const auto call = calls.find(ticket.batch);
      stub.started_ns = now_ns();
      try {
        if (call == calls.end()) throw Failure("internal", "no inputs of this batch size were made", {});
        call->second();
      } catch (const std::exception& error) {
        failure = explain(error, Phase::measure, {}).message;
      }
      stub.done_ns = now_ns();
      count_inference(blackbox);
      stub.failure_bytes = static_cast<std::int64_t>(failure.size());
      channel.write(std::string(reinterpret_cast<const char*>(&stub), sizeof stub) + failure);
    }
  });
}

}  // namespace mlplan::worker
