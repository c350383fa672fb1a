# embed_file(FILE NAME): writes NAME.cpp with the text of FILE, for
#   namespace mlplan::embedded { std::string_view NAME(); }
# A plain character array in the program: nothing is done with it at start-up. NAME.cpp is made anew when FILE changes.
function(embed_file file name)
  set(source "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  file(READ "${source}" text)
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp" @ONLY CONTENT [[
#include <string_view>

namespace mlplan::embedded {

std::string_view @name@();

namespace {
constexpr char kText[] = R"embedded(@text@)embedded";
}

std::string_view @name@() { return {kText, sizeof(kText) - 1}; }

}  // namespace mlplan::embedded
]])
endfunction()
