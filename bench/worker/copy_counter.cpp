#include "bench/worker/copy_counter.h"

#include <ATen/core/ivalue.h>

#include <memory>
#include <string_view>

#include "bench/worker/stamps.h"

namespace mlplan::worker {
namespace {

thread_local CopyCounter* counter_of_thread = nullptr;

}  // namespace

// One copy under way.
struct CopyCounter::Copy final : at::ObserverContext {
  Stamp begin;
  std::int64_t bytes = 0;

  static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction& call) {
    if (std::string_view(call.name()) != "aten::_to_copy") return nullptr;
    auto copy = std::make_unique<Copy>();
    if (!call.inputs().empty() && call.inputs().front().isTensor())
      copy->bytes = static_cast<std::int64_t>(call.inputs().front().toTensor().nbytes());
    copy->begin = take_thread_stamp();
    return copy;
  }

  static void end(const at::RecordFunction&, at::ObserverContext* context) {
    const auto* copy = static_cast<const Copy*>(context);
    if (copy == nullptr || counter_of_thread == nullptr) return;
    add_since(counter_of_thread->total_, copy->begin, take_thread_stamp());
    counter_of_thread->bytes_ += copy->bytes;
  }
};

CopyCounter::CopyCounter()
    : handle_(at::addThreadLocalCallback(
          at::RecordFunctionCallback(&Copy::start, &Copy::end).needsInputs(true).scopes({at::RecordScope::FUNCTION}))) {
  counter_of_thread = this;
}

CopyCounter::~CopyCounter() {
  at::removeCallback(handle_);
  counter_of_thread = nullptr;
}

}  // namespace mlplan::worker
