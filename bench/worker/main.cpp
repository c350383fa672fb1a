// mlplan-worker: loads one model and runs it, on behalf of mlplan. See profiles/support/worker_messages.h for what they
// say.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "bench/worker/blackbox.h"
#include "bench/worker/channel.h"
#include "bench/worker/framework.h"
#include "bench/worker/session.h"

namespace {

using namespace mlplan;

int say_version() {
  const worker::BuildFacts facts = worker::build_facts();
  std::printf("mlplan-worker %s\nlibtorch %s (built for %s), %s\n%s\n", facts.mlplan_version.c_str(),
              facts.torch_version.c_str(), facts.torch_built_for.c_str(), facts.build.c_str(),
              facts.torch_library.c_str());
  return 0;
}

[[noreturn]] void serve(worker::Blackbox& blackbox) {
  worker::Channel channel(worker::kChannelFd);
  worker::Session session(blackbox);
  while (true) {
    const Result<worker::Request> request = worker::read_request(channel.next_line());
    if (!request) {
      worker::Reply reply;
      reply.verb = "unknown";
      reply.failure =
          worker::WorkerFailure{"internal", request.error().message, "use mlplan and mlplan-worker of one version"};
      channel.write(worker::write_line(reply));
      continue;
    }
    channel.write(worker::write_line(session.answer(*request)));
    if (session.has_lost_device()) ::_exit(1);
    if (const auto loop = session.take_loop()) loop(channel);
    // Destructors of a model and of libtorch take time and can crash; nobody waits for what they would free.
    if (request->verb == "exit") ::_exit(0);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") return say_version();
  worker::Blackbox* blackbox = worker::Channel::is_channel(worker::kChannelFd) ? worker::map_blackbox() : nullptr;
  if (argc != 1 || blackbox == nullptr) {
    std::fputs(
        "mlplan-worker loads and runs one model for `mlplan`, which starts it by itself; run `mlplan bench MODEL`.\n",
        stderr);
    return 2;
  }
  ::signal(SIGINT, SIG_IGN);   // Ctrl-C is the parent's to handle
  ::signal(SIGXFSZ, SIG_IGN);  // unpacking beyond `ulimit -f` shall fail, with a message, and not kill
  serve(*blackbox);
}
