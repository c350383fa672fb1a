// Which instance a request goes to.
#pragma once

namespace mlplan {

enum class Routing {
  shared_queue,       // one queue; whatever is free first takes the head
  least_outstanding,  // at arrival to the ready instance with the fewest requests, whose queue it stays in
};

}  // namespace mlplan
