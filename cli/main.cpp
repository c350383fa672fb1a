#include "cli/application.h"

int main(int argc, char** argv) { return mlplan::cli::run(argc, argv); }
