// A program that does nothing, linked statically where that is possible: what the system takes for any process.
int main() { return 0; }
