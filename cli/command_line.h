// cli/command_line.h — commands, options and arguments, declared once and parsed once. The only
// door to CLI11.
//
//   Command logs = line.root().add("logs", "Show the gateway's log");
//   logs.flag("--follow,-f", options->follow, "keep reading").action([options] { return
//   show(*options); });
//
// References given to flag(), option() and argument() must live until parse() has returned and the
// action has run. An empty or blank value is refused everywhere: an unset shell variable must never
// silently mean "default".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace CLI {
class App;
}

namespace openclaw::cli {

using Action = std::function<int()>;

struct HelpText {
    std::string text;
};

struct UsageError {
    std::string sentence;
    std::string help_command; // "openclaw gateway --help"
};

using Parsed = std::variant<Action, HelpText, UsageError>;

struct Limits {
    std::int64_t least = 0;
    std::int64_t most = 0;
};

class Command {
  public:
    Command add(const std::string& name, const std::string& summary);
    Command& flag(const std::string& names, bool& value, const std::string& help);
    Command& option(const std::string& names, std::string& value, const std::string& help);
    Command& option(const std::string& names, std::vector<std::string>& values,
                    const std::string& help);
    Command& choice(const std::string& names, std::string& value, std::vector<std::string> words,
                    const std::string& help);
    Command& number(const std::string& names, std::int64_t& value, Limits limits,
                    const std::string& help);
    Command& argument(const std::string& name, std::string& value,
                      const std::string& help); // required
    Command& optional_argument(const std::string& name, std::string& value,
                               const std::string& help); // or empty
    Command& example(const std::string& line);
    void action(Action run);

  private:
    friend class CommandLine;

    Command(CLI::App& app, class CommandLine& line)
        : app_(&app)
        , line_(&line) {}

    CLI::App* app_;
    class CommandLine* line_;
};

class CommandLine {
  public:
    CommandLine(const std::string& name, const std::string& summary);
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    Command root();
    // `arguments` without the program's name. Runs nothing.
    Parsed parse(const std::vector<std::string>& arguments);

  private:
    friend class Command;
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace openclaw::cli
