// The member with the least load, where loads go up and down by one: a list of members for each load, first come first.
// All of it in constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace mlplan {

class LeastLoaded {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  // The one longest at the least load; kNone without members.
  std::uint32_t first() {
    if (members_ == 0) return kNone;
    while (levels_[lowest_].head == kNone) ++lowest_;
    return levels_[lowest_].head;
  }
  void add(std::uint32_t id, std::int32_t load) {
    if (id >= nodes_.size()) nodes_.resize(id + 1);
    nodes_[id] = {kNone, kNone, load, true};
    link(id);
    ++members_;
  }
  void remove(std::uint32_t id) {
    if (!contains(id)) return;
    unlink(id);
    nodes_[id].member = false;
    --members_;
  }
  // Of a member; others are left alone.
  void change(std::uint32_t id, std::int32_t by) {
    if (!contains(id)) return;
    unlink(id);
    nodes_[id].load += by;
    link(id);
  }
  bool contains(std::uint32_t id) const { return id < nodes_.size() && nodes_[id].member; }

 private:
  struct Node {
    std::uint32_t before = kNone;
    std::uint32_t after = kNone;
    std::int32_t load = 0;
    bool member = false;
  };
  struct Level {
    std::uint32_t head = kNone;
    std::uint32_t tail = kNone;
  };

  void link(std::uint32_t id) {
    const auto load = static_cast<std::size_t>(nodes_[id].load);
    if (load >= levels_.size()) levels_.resize(load + 1);
    Level& level = levels_[load];
    nodes_[id].before = level.tail;
    nodes_[id].after = kNone;
    (level.tail == kNone ? level.head : nodes_[level.tail].after) = id;
    level.tail = id;
    if (load < lowest_) lowest_ = load;
  }
  void unlink(std::uint32_t id) {
    const Node& node = nodes_[id];
    Level& level = levels_[static_cast<std::size_t>(node.load)];
    (node.before == kNone ? level.head : nodes_[node.before].after) = node.after;
    (node.after == kNone ? level.tail : nodes_[node.after].before) = node.before;
  }

  std::vector<Node> nodes_;
  std::vector<Level> levels_;
  std::size_t lowest_ = 0;
  std::size_t members_ = 0;
};

}  // namespace mlplan
