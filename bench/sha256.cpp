#include "bench/sha256.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "profiles/support/unique_fd.h"

namespace mlplan::bench {
namespace {

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(const void* data, std::size_t bytes) { EVP_DigestUpdate(context_.get(), data, bytes); }
  std::string hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &length);
    std::string out;
    for (unsigned int i = 0; i < length; ++i) out += fmt::format("{:02x}", digest[i]);
    return out;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

Result<std::string> sha256_of_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(ErrorKind::bad_input, fmt::format("cannot open: {}", std::strerror(errno)), path);
  Digest digest;
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  const auto buffer = std::make_unique<unsigned char[]>(kBlock);
  ssize_t got = 0;
  while ((got = ::read(fd.get(), buffer.get(), kBlock)) > 0) digest.add(buffer.get(), static_cast<std::size_t>(got));
  if (got < 0) return fail(ErrorKind::bad_input, fmt::format("cannot read: {}", std::strerror(errno)), path);
  return digest.hex();
}

std::string sha256_of_text(std::string_view text) {
  Digest digest;
  digest.add(text.data(), text.size());
  return digest.hex();
}

}  // namespace mlplan::bench
