// The quick form of a fuzz target, for every test run and without clang: replays the corpus folder
// given and some thousand seeded mutations of it. `./dev fuzz` links the same targets with
// libFuzzer instead of this file.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

std::vector<Input> read_corpus(const std::filesystem::path& folder) {
    std::vector<Input> inputs{{}};
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return inputs;
}

std::size_t below(std::mt19937_64& random, std::size_t limit) {
    return limit == 0 ? 0 : random() % limit;
}

// One of: flip a bit, replace a byte, cut, repeat a piece, splice in a piece of another input.
Input mutate(Input input, const std::vector<Input>& corpus, std::mt19937_64& random) {
    const std::size_t at = below(random, input.size());
    const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 5) {
    case 0:
        if (!input.empty()) input[at] ^= static_cast<std::uint8_t>(1u << (random() % 8));
        return input;
    case 1:
        if (!input.empty()) input[at] = static_cast<std::uint8_t>(random());
        return input;
    case 2:
        input.resize(at);
        return input;
    case 3: {
        const Input piece(here,
                          here + static_cast<std::ptrdiff_t>(below(random, input.size() - at)));
        input.insert(here, piece.begin(), piece.end());
        return input;
    }
    default: {
        const Input& other = corpus[below(random, corpus.size())];
        const auto from = other.begin() + static_cast<std::ptrdiff_t>(below(random, other.size()));
        input.insert(here, from, other.end());
        return input;
    }
    }
}

void run(const Input& input) {
    // A block of exactly this size, so that a sanitizer sees the first byte read past the end.
    const Input exact(input);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s CORPUS_FOLDER [MUTATIONS]\n", argv[0]);
        return 2;
    }
    const auto corpus = read_corpus(argv[1]);
    const int mutations = argc > 2 ? std::atoi(argv[2]) : 20'000;
    std::mt19937_64 random(
        20261121); // the same inputs on every run: a failure here can be repeated
    for (const auto& input : corpus)
        run(input);
    for (int i = 0; i < mutations; ++i) {
        Input input = corpus[below(random, corpus.size())];
        for (auto rounds = 1 + random() % 4; rounds > 0; --rounds)
            input = mutate(std::move(input), corpus, random);
        if (input.size() <= 128 * 1024) run(input);
    }
    std::printf("1 passed, 0 failed\n"); // inputs, not cases: a target is one test
}
