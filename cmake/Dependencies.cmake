# Libraries of the distribution, under names of our own. Static where the distribution has it, so that mlplan starts in a
# few milliseconds and can be carried to another machine.
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(CLI11 2.1 REQUIRED)

add_library(mlplan_crypto INTERFACE)
find_library(MLPLAN_CRYPTO_STATIC libcrypto.a)
if(MLPLAN_CRYPTO_STATIC)
  target_link_libraries(mlplan_crypto INTERFACE "${MLPLAN_CRYPTO_STATIC}" Threads::Threads ${CMAKE_DL_LIBS})
else()
  find_package(OpenSSL REQUIRED)
  target_link_libraries(mlplan_crypto INTERFACE OpenSSL::Crypto)
endif()

find_library(MLPLAN_ZLIB NAMES libz.a z REQUIRED)
find_path(VALIJSON_INCLUDE valijson/validator.hpp REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_library(MLPLAN_SMARTCOLS smartcols REQUIRED)
