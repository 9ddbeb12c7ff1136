#include "common/config/channel_accounts.h"

#include "common/base/strings.h"
#include "common/config/access_groups.h"
#include "common/config/channels/all.h"
#include "common/config/choices.h"
#include "common/config/field_rows.h"

#include <algorithm>
#include <span>

namespace openclaw::config {

namespace {

constexpr std::string_view default_account = "default";

// Names the original knows, which this build has no worker for (docs.openclaw.ai, channels).
constexpr std::array<std::string_view, 19> foreign_channels = {
    "bluebubbles", "feishu",  "googlechat", "imessage", "irc",    "line",  "matrix",
    "mattermost",  "msteams", "nostr",      "qqbot",    "signal", "slack", "tlon",
    "twitch",      "webchat", "wechat",     "whatsapp", "zalo",
};

// channels.defaults: what holds where a channel says nothing.
struct ChannelDefaults {
    GroupPolicy group_policy = GroupPolicy::allowlist;
};

constexpr std::array channel_defaults_fields = {
    set<&ChannelDefaults::group_policy>("groupPolicy", Reload::channel, words_of(group_policies)),
    known("botLoopProtection", Reload::channel),
    known("contextVisibility", Reload::channel),
    known("heartbeat", Reload::channel),
    known("heartbeatVisibility", Reload::channel),
    known("implicitMentions", Reload::channel),
};
constexpr Section channel_defaults_section{channel_defaults_fields};

bool is_account_id(std::string_view id) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    };
    return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, is_allowed);
}

std::string first_of(const std::vector<Issue>& errors) {
    std::string text = render(errors.front(), "openclaw.json");
    if (errors.size() > 1) text += " (and " + std::to_string(errors.size() - 1) + " more)";
    return text;
}

// Reads all accounts of one channel.
class ChannelReader {
  public:
    ChannelReader(Config& config, const ChannelRow& row, const ChannelDefaults& defaults,
                  const ChannelContext& context, Report& report)
        : config_(config)
        , row_(row)
        , defaults_(defaults)
        , context_(context)
        , report_(report)
        , path_("channels." + std::string(row.spec->name)) {}

    void read(const Node& block, const Place& place);

  private:
    ChannelAccount fresh() const;
    void read_root(const Node& block);
    void read_account(std::string_view id, const Node& own, const std::string& path,
                      const Place& place);
    void overlay(ChannelAccount& account, const Node& node, const std::string& path,
                 Report& report) const;
    void find_credential(ChannelAccount& account, const Node& own);
    Result<Secret> credential(const Node& node) const;
    bool has_credential(const Node& node) const;
    void check_policy(ChannelAccount& account) const;
    void add(ChannelAccount account, const Place& place);
    std::string settings_of(const Node& own) const;
    void copy_settings(Node& settings, const Node& from) const;
    void mark_default(std::size_t first);

    Config& config_;
    const ChannelRow& row_;
    const ChannelDefaults& defaults_;
    const ChannelContext& context_;
    Report& report_;
    std::string path_;
    const Node* root_ = nullptr; // the channel's block
    Node shared_;                // the block without accounts
    ChannelAccount base_;        // what the block says of all accounts
    Report base_report_;
};

void set_problem(ChannelAccount& account, std::string problem) {
    if (account.problem.empty()) account.problem = std::move(problem);
}

void set_malformed(ChannelAccount& account, std::string problem) {
    set_problem(account, std::move(problem));
    account.is_malformed = true;
}

ChannelAccount ChannelReader::fresh() const {
    ChannelAccount account;
    account.spec = row_.spec;
    account.channel = row_.spec->name;
    account.account_id = default_account;
    account.streaming = row_.streaming;
    account.text_chunk_limit = row_.text_chunk_limit;
    account.access.id_prefixes = {account.channel + ":"};
    for (const auto prefix : row_.id_prefixes)
        if (!prefix.empty()) account.access.id_prefixes.emplace_back(prefix);
    return account;
}

void ChannelReader::read(const Node& block, const Place& place) {
    root_ = &block;
    base_ = fresh();
    if (!block.is_object()) {
        set_malformed(base_, first_of({{path_, place,
                                        "Invalid input: expected an object, found " +
                                            std::string(words_for(block.kind)),
                                        ""}}));
        return add(base_, place);
    }
    read_root(block);
    const Node* accounts = block.find("accounts");
    const std::size_t first = config_.channels.size();
    const bool has_accounts =
        accounts != nullptr && accounts->is_object() && !accounts->members.empty();
    const bool is_listed = has_accounts && accounts->find(default_account) != nullptr;
    if (!has_accounts || (!is_listed && has_credential(shared_)))
        read_account(default_account, object_node(), path_, place);
    if (has_accounts)
        for (const Member& member : accounts->members)
            read_account(member.key, member.value, join_path(path_ + ".accounts", member.key),
                         member.place);
    mark_default(first);
}

void ChannelReader::read_root(const Node& block) {
    shared_ = block;
    shared_.erase("accounts");
    shared_.erase("defaultAccount");
    base_.access.group_policy = defaults_.group_policy;
    overlay(base_, shared_, path_, base_report_);
    for (const InactiveKey& key : base_report_.inactive)
        report_.inactive.push_back(key);
    if (const Node* accounts = block.find("accounts");
        accounts != nullptr && !accounts->is_object())
        base_report_.errors.push_back(
            {path_ + ".accounts", accounts->place,
             "Invalid input: expected an object, found " + std::string(words_for(accounts->kind)),
             ""});
}

void ChannelReader::overlay(ChannelAccount& account, const Node& node, const std::string& path,
                            Report& report) const {
    if (node.find("groups") != nullptr) account.access.groups.emplace().clear();
    if (node.find("guilds") != nullptr) account.access.spaces.clear();
    if (node.find("direct") != nullptr) account.access.direct.clear();
    read_section(*row_.fields, node, &account, path, {context_.secrets, report});
}

void ChannelReader::read_account(std::string_view id, const Node& own, const std::string& path,
                                 const Place& place) {
    ChannelAccount account = base_;
    account.account_id = to_lower(trim(id));
    Report report;
    if (own.is_object())
        overlay(account, own, path, report);
    else
        report.errors.push_back(
            {path, place,
             "Invalid input: expected an object, found " + std::string(words_for(own.kind)), ""});
    account.enabled = account.enabled && base_.enabled;
    for (const InactiveKey& key : report.inactive)
        report_.inactive.push_back(key);
    if (!base_report_.errors.empty()) set_malformed(account, first_of(base_report_.errors));
    if (!report.errors.empty()) set_malformed(account, first_of(report.errors));
    if (!is_account_id(account.account_id))
        set_malformed(account,
                      "the account id may hold letters, digits, \".\", \"_\" and \"-\" only");
    expand_access_groups(account, config_.access_groups);
    check_policy(account);
    find_credential(account, own);
    account.settings_json = settings_of(own);
    add(std::move(account), place);
}

// dmPolicy's conditions (CONFIG.md 5.1): the original refuses the whole file, we the account.
void ChannelReader::check_policy(ChannelAccount& account) const {
    const AccessSettings& access = account.access;
    const bool has_star = std::ranges::find(access.allow_from, "*") != access.allow_from.end();
    if (access.dm_policy == DmPolicy::open && !has_star)
        set_malformed(account,
                      R"(dmPolicy "open" needs allowFrom: ["*"]: everybody may write, so say so)");
    if (access.dm_policy == DmPolicy::allowlist && access.allow_from.empty())
        set_malformed(account, R"(dmPolicy "allowlist" needs at least one sender id in allowFrom)");
}

bool ChannelReader::has_credential(const Node& node) const {
    const auto& wanted = row_.credential;
    return !wanted.field.empty() &&
           (node.find(wanted.field) != nullptr || node.find(wanted.file_key) != nullptr);
}

Result<Secret> ChannelReader::credential(const Node& node) const {
    const auto& wanted = row_.credential;
    const Node* file = node.find(wanted.file_key);
    if (file != nullptr && file->is_string() && !file->text.empty()) {
        if (auto warning = context_.secrets.warning_of_file(file->text))
            report_.warnings.push_back(std::move(*warning));
        return context_.secrets.from_file(file->text);
    }
    if (const Node* written = node.find(wanted.field)) return context_.secrets.resolve(*written);
    return Secret();
}

// The account's own, else, for the default account, the root's, else the environment's.
void ChannelReader::find_credential(ChannelAccount& account, const Node& own) {
    const auto& wanted = row_.credential;
    if (wanted.field.empty()) return;
    const bool is_default = account.account_id == default_account;
    auto found = credential(own);
    if (found && found->empty() && is_default) found = credential(shared_);
    if (found && found->empty() && is_default)
        if (auto value = variable(context_.environment, wanted.variable))
            found = Secret(std::move(*value));
    if (!found)
        return set_problem(account, std::string(wanted.field) + ": " + found.error().sentence);
    if (found->empty())
        return set_problem(account, "there is no " + std::string(wanted.field) + ": set " + path_ +
                                        "." + std::string(wanted.field) + ", " +
                                        std::string(wanted.file_key) + " or " +
                                        std::string(wanted.variable));
    account.secrets.emplace(wanted.field, std::move(*found));
}

// Rows for the worker, root below account; in an open section also what no row knows.
void ChannelReader::copy_settings(Node& settings, const Node& from) const {
    for (const Member& member : from.members) {
        const Field* field = find_field(*row_.fields, member.key);
        const bool is_for_worker = field != nullptr ? field->is_for_worker : row_.fields->is_open;
        if (is_for_worker) settings.set(member.key, member.value);
    }
}

std::string ChannelReader::settings_of(const Node& own) const {
    Node settings = object_node();
    copy_settings(settings, shared_);
    copy_settings(settings, own);
    return to_json(settings);
}

// Two pollers of one bot throw each other out: the second account stays off.
void ChannelReader::add(ChannelAccount account, const Place& place) {
    for (const ChannelAccount& other : config_.channels) {
        if (other.channel != account.channel) continue;
        if (other.account_id == account.account_id)
            set_problem(account, "two accounts have the id " + json::quoted(account.account_id));
        for (const auto& [name, secret] : account.secrets)
            if (const auto theirs = other.secrets.find(name);
                other.should_run() && theirs != other.secrets.end() &&
                theirs->second.equals(secret.reveal()))
                set_problem(account, "it has the same " + name + " as account " +
                                         json::quoted(other.account_id) +
                                         ": give every account a bot of its own");
    }
    if (!account.problem.empty() && account.enabled)
        report_.warnings.push_back(
            {path_, place,
             "account " + json::quoted(account.account_id) + " is off: " + account.problem, ""});
    config_.channels.push_back(std::move(account));
}

void ChannelReader::mark_default(std::size_t first) {
    const auto accounts = std::span(config_.channels).subspan(first);
    const Node* chosen = root_->find("defaultAccount");
    const std::string wanted = chosen != nullptr && chosen->is_string()
                                   ? to_lower(chosen->text)
                                   : std::string(default_account);
    auto found = std::ranges::find(accounts, wanted, &ChannelAccount::account_id);
    if (found == accounts.end())
        found = std::ranges::min_element(accounts, {}, &ChannelAccount::account_id);
    if (found != accounts.end()) found->is_default = true;
}

// Keys of channels that no row stands for.
void judge_other_keys(const Node& channels, Report& report) {
    std::vector<std::string_view> ours = {"defaults", "modelByChannel"};
    for (const ChannelRow& row : channel_rows)
        ours.push_back(row.spec->name);
    for (const Member& member : channels.members) {
        const bool is_ours = std::ranges::find(ours, member.key) != ours.end();
        if (is_ours && member.key != "modelByChannel") continue;
        const bool is_foreign =
            std::ranges::find(foreign_channels, member.key) != foreign_channels.end();
        const auto near = is_ours || is_foreign ? std::string_view() : nearest(member.key, ours);
        if (near.empty())
            report.inactive.push_back({join_path("channels", member.key), member.place});
        else
            report.errors.push_back({"channels", member.place,
                                     "Unrecognized key: " + json::quoted(member.key),
                                     "did you mean " + json::quoted(near) + "?"});
    }
}

} // namespace

void read_channels(Config& config, const Node& root, const ChannelContext& context,
                   Report& report) {
    const Node empty = object_node();
    const Node* written = root.find("channels");
    const Node& channels = written != nullptr ? *written : empty;
    const Reading reading{context.secrets, report};
    if (!channels.is_object()) return expect(reading, "channels", channels, "an object");
    judge_other_keys(channels, report);
    ChannelDefaults defaults;
    if (const Node* node = channels.find("defaults"))
        read_section(channel_defaults_section, *node, &defaults, "channels.defaults", reading);
    for (const ChannelRow& row : channel_rows) {
        const auto member = std::ranges::find(channels.members, row.spec->name, &Member::key);
        const bool is_written = member != channels.members.end();
        const bool is_ambient = context.ambient && !row.credential.variable.empty() &&
                                variable(context.environment, row.credential.variable);
        if (!is_written && !is_ambient) continue;
        ChannelReader reader(config, row, defaults, context, report);
        if (is_written)
            reader.read(member->value, member->place);
        else
            reader.read(empty, {});
    }
}

} // namespace openclaw::config
