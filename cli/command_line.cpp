#include "cli/command_line.h"

#include "cli/view/help.h"
#include "common/base/strings.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace openclaw::cli {

struct CommandLine::State {
    CLI::App app;
    std::map<const CLI::App*, Action> actions;
    std::map<const CLI::App*, std::vector<std::string>> examples;
};

namespace {

CLI::Validator not_blank() {
    return CLI::Validator(
        [](const std::string& value) {
            return trim(value).empty()
                       ? std::string("the value is empty; was a shell variable unset?")
                       : std::string();
        },
        "");
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : std::string(separator)) + word;
    return out;
}

const CLI::App& deepest(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app : deepest(*chosen.front());
}

std::string path_of(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name()
                                       : path_of(*app.get_parent()) + " " + app.get_name();
}

std::string option_name(const CLI::Option& option) {
    std::string name = option.get_name(false, true);
    for (auto comma = name.find(','); comma != std::string::npos; comma = name.find(',', comma + 2))
        name.insert(comma + 1, " ");
    return option.get_items_expected_max() == 0 ? name : name + " <" + option.get_type_name() + ">";
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& app) {
    return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    auto options =
        app.get_options([](const CLI::Option* option) { return option->nonpositional(); });
    std::ranges::sort(options, {},
                      [](const CLI::Option* option) { return option->get_name(false, false); });
    return options;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

HelpPage help_page(const CLI::App& app, const std::vector<std::string>& examples) {
    HelpPage page;
    page.usage = path_of(app);
    page.summary = app.get_description();
    page.examples = examples;
    for (const auto* argument : arguments_of(app)) {
        const std::string name = argument->get_name(true, false);
        page.usage += argument->get_required() ? " <" + name + ">" : " [" + name + "]";
        page.arguments.push_back({name, argument->get_description()});
    }
    if (!commands_of(app).empty()) page.usage += " [command]";
    page.usage += " [options]";
    for (const auto* option : options_of(app))
        page.options.push_back({option_name(*option), option->get_description()});
    for (const auto* command : commands_of(app)) {
        const bool has_commands = !commands_of(*command).empty();
        page.commands.push_back(
            {command->get_name() + (has_commands ? " *" : ""), command->get_description()});
    }
    return page;
}

UsageError unknown_word(const CLI::App& root) {
    const auto& command = deepest(root);
    const auto left_over = root.remaining(true);
    const std::string word = left_over.empty() ? ""
                             : left_over.front() == "--" && left_over.size() > 1
                                 ? left_over[1]
                                 : left_over.front();
    const std::string help = path_of(command) + " --help";
    if (word.starts_with("-"))
        return {"OpenClaw does not recognize option \"" + word.substr(0, word.find('=')) + "\".",
                help};
    if (command.get_parent() == nullptr)
        return {"OpenClaw does not know the command \"" + word + "\".", help};
    const std::string name = path_of(command).substr(root.get_name().size() + 1);
    if (commands_of(command).empty())
        return {"OpenClaw " + name + " takes no further argument \"" + word + "\".", help};
    return {"OpenClaw " + name + " has no command \"" + word + "\".", help};
}

// CLI11 says "--port: why" or "--port: 1 required …": the part after the name is ours or clear
// enough.
std::string wrong_value(const CLI::ParseError& problem) {
    std::string text = problem.what();
    if (text.starts_with("Invalid ")) return text;
    const auto ours = text.find(": Invalid ");
    return ours == std::string::npos ? text + (text.ends_with('.') ? "" : ".")
                                     : text.substr(ours + 2);
}

std::string number_problem(const std::string& name, Limits limits, const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= limits.least &&
        value <= limits.most)
        return {};
    if (name == "--port")
        return "Invalid --port. Use a port number from 1 to 65535, for example 18789.";
    return "Invalid " + name + ". Use a whole number from " + std::to_string(limits.least) +
           " to " + std::to_string(limits.most) + ".";
}

std::string choice_problem(const std::string& name, const std::vector<std::string>& words,
                           const std::string& text) {
    if (std::ranges::find(words, text) != words.end()) return {};
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i)
        list += (i == 0 ? "\"" : i + 1 == words.size() ? ", or \"" : ", \"") + words[i] + "\"";
    return "Invalid " + name + ". Use " + list + ".";
}

std::string long_name(const std::string& names) {
    for (const auto name : split(names, ','))
        if (name.starts_with("--")) return std::string(name);
    return names;
}

} // namespace

Command Command::add(const std::string& name, const std::string& summary) {
    auto* command = app_->add_subcommand(name, summary);
    command->require_subcommand(0, 1);
    command->set_help_flag("-h,--help", "show this help");
    return {*command, *line_};
}

Command& Command::flag(const std::string& names, bool& value, const std::string& help) {
    app_->add_flag(names, value, help);
    return *this;
}

Command& Command::option(const std::string& names, std::string& value, const std::string& help) {
    app_->add_option(names, value, help)->check(not_blank())->type_name("value");
    return *this;
}

Command& Command::option(const std::string& names, std::vector<std::string>& values,
                         const std::string& help) {
    app_->add_option(names, values, help)
        ->check(not_blank())
        ->type_name("value")
        ->expected(1)
        ->take_all();
    return *this;
}

Command& Command::choice(const std::string& names, std::string& value,
                         std::vector<std::string> words, const std::string& help) {
    const auto list = join(words, "|");
    app_->add_option(names, value, help)
        ->check(CLI::Validator(
            [name = long_name(names), words = std::move(words)](const std::string& text) {
                return choice_problem(name, words, text);
            },
            ""))
        ->type_name(list);
    return *this;
}

Command& Command::number(const std::string& names, std::int64_t& value, Limits limits,
                         const std::string& help) {
    app_->add_option(names, value, help)
        ->check(CLI::Validator(
            [name = long_name(names), limits](const std::string& text) {
                return number_problem(name, limits, text);
            },
            ""))
        ->type_name("n");
    return *this;
}

Command& Command::argument(const std::string& name, std::string& value, const std::string& help) {
    app_->add_option(name, value, help)->check(not_blank())->required();
    return *this;
}

Command& Command::optional_argument(const std::string& name, std::string& value,
                                    const std::string& help) {
    app_->add_option(name, value, help)->check(not_blank());
    return *this;
}

Command& Command::example(const std::string& line) {
    line_->state_->examples[app_].push_back(line);
    return *this;
}

void Command::action(Action run) {
    line_->state_->actions[app_] = std::move(run);
}

CommandLine::CommandLine(const std::string& name, const std::string& summary)
    : state_(std::make_unique<State>()) {
    state_->app.name(name);
    state_->app.description(summary);
    state_->app.require_subcommand(0, 1);
    state_->app.set_help_flag("-h,--help", "show this help");
}

CommandLine::~CommandLine() = default;

Command CommandLine::root() {
    return {state_->app, *this};
}

Parsed CommandLine::parse(const std::vector<std::string>& arguments) {
    auto& app = state_->app;
    try { // CLI11 reports by exception; nothing of it leaves this function
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return HelpText{help_text(help_page(deepest(app), state_->examples[&deepest(app)]))};
    } catch (const CLI::ExtrasError&) {
        return unknown_word(app);
    } catch (const CLI::ParseError& problem) {
        return UsageError{wrong_value(problem), path_of(deepest(app)) + " --help"};
    }
    const auto& command = deepest(app);
    if (const auto found = state_->actions.find(&command); found != state_->actions.end())
        return found->second;
    return HelpText{help_text(help_page(command, state_->examples[&command]))};
}

} // namespace openclaw::cli
