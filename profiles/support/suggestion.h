// "Did you mean": the nearest of a few words by edit distance.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mlplan {

// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours cost one each.
int edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`; empty when none is near enough to be meant (more than a third of its letters
// differ). A candidate that begins with the word (three letters or more) counts as near.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace mlplan
