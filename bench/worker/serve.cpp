#include "bench/worker/serve.h"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "bench/worker/blackbox.h"
#include "bench/worker/framework.h"
#include "bench/worker/stamps.h"

namespace mlplan::worker {
namespace {

constexpr std::int64_t kLeadNs = 5'000'000;    // from all being ready to the begin
constexpr std::int64_t kSpinNs = 200'000;      // a sleep alone ends late: the last stretch is spun
constexpr std::size_t kMostOfThread = 50'000;  // calls back to back, of one thread

std::chrono::steady_clock::time_point moment(std::int64_t time_ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(time_ns));
}

class Server {
 public:
  Server(Model& model, const ServeRequest& request, Blackbox& blackbox)
      : model_(model),
        request_(request),
        blackbox_(blackbox),
        open_(!request.arrivals_ns.empty()),
        start_(request.concurrency, Begin{this}) {}

  Served run() {
    out_.sent_ns.resize(request_.arrivals_ns.size());
    resize(request_.arrivals_ns.size());
    {
      std::vector<std::jthread> threads;
      for (std::int64_t i = 1; i < request_.concurrency; ++i) threads.emplace_back([this, i] { work(i); });
      work(0);  // this thread has run the model before, and its libraries keep much by thread
    }
    if (error_) std::rethrow_exception(error_);
    resize(next_);
    if (open_) out_.sent_ns.resize(next_);
    return std::move(out_);
  }

 private:
  struct Begin {
    Server* server;
    void operator()() const noexcept { server->out_.begin_ns = now_ns() + kLeadNs; }
  };

  std::int64_t since_begin() const { return now_ns() - out_.begin_ns; }

  void resize(std::size_t count) {
    out_.started_ns.resize(count);
    out_.done_ns.resize(count);
    out_.thread.resize(count);
  }

  void give_up() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
    stopped_ = true;
    stop_.notify_all();
  }

  void work(std::int64_t thread) {
    std::function<void()> call;
    in_inference_mode([&] {
      try {
        set_threads(request_.threads);  // libtorch keeps it for each thread apart
        call = model_.caller();
        for (std::int64_t i = 0; i < request_.untimed; ++i) {
          call();
          const std::lock_guard lock(mutex_);
          count_inference(blackbox_);
        }
      } catch (...) {
        give_up();
      }
      start_.arrive_and_wait();
      try {
        if (open_) {
          answer(thread, call);
        } else {
          repeat(thread, call);
        }
      } catch (...) {
        give_up();
      }
    });
  }

  // The thread that is free takes the next request, and waits for its time where that is yet to come. So the queue is
  // the schedule itself, and nothing but a late wake-up of an idle server can hold a request back.
  void answer(std::int64_t thread, const std::function<void()>& call) {
    std::unique_lock lock(mutex_);
    if (busy_ == 0 && !stopped_) enter(blackbox_, Phase::idle);
    while (!stopped_ && next_ < request_.arrivals_ns.size()) {
      const std::int64_t scheduled = request_.arrivals_ns[next_];
      if (std::max(scheduled, since_begin()) > request_.give_up_ns) return;
      const std::size_t i = next_++;
      const bool waits = since_begin() < scheduled;
      if (waits) {
        const auto nearly = moment(out_.begin_ns + scheduled - kSpinNs);
        if (stop_.wait_until(lock, nearly, [this] { return stopped_; })) return;
      }
      if (busy_++ == 0) enter(blackbox_, Phase::measure);
      lock.unlock();
      while (since_begin() < scheduled) {
      }
      const std::int64_t started = since_begin();
      call();
      const std::int64_t done = since_begin();
      lock.lock();
      out_.sent_ns[i] = waits ? started : scheduled;
      out_.started_ns[i] = started;
      out_.done_ns[i] = done;
      out_.thread[i] = thread;
      count_inference(blackbox_);
      if (--busy_ == 0) enter(blackbox_, Phase::idle);
    }
  }

  void repeat(std::int64_t thread, const std::function<void()>& call) {
    std::vector<std::int64_t> boundaries;
    boundaries.reserve(kMostOfThread + 1);
    while (since_begin() < 0) {
    }
    boundaries.push_back(since_begin());
    for (std::int64_t count = 1; goes_on(); ++count) {
      call();
      boundaries.push_back(since_begin());
      if (boundaries.size() > kMostOfThread) break;
      if (boundaries.back() >= request_.min_time_ns && count >= request_.min_count) break;
    }
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 1; i < boundaries.size(); ++i) {
      out_.started_ns.push_back(boundaries[i - 1]);
      out_.done_ns.push_back(boundaries[i]);
      out_.thread.push_back(thread);
    }
    next_ = out_.started_ns.size();
  }

  bool goes_on() {
    const std::lock_guard lock(mutex_);
    count_inference(blackbox_);
    return !stopped_;
  }

  Model& model_;
  const ServeRequest& request_;
  Blackbox& blackbox_;
  const bool open_;
  std::barrier<Begin> start_;
  std::mutex mutex_;  // of all below
  std::condition_variable stop_;
  std::size_t next_ = 0;  // taken by no thread yet
  std::int64_t busy_ = 0;
  bool stopped_ = false;
  std::exception_ptr error_;
  Served out_;
};

}  // namespace

Served serve(Model& model, const ServeRequest& request, Blackbox& blackbox) {
  return Server(model, request, blackbox).run();
}

}  // namespace mlplan::worker
