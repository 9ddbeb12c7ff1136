#include "supervisor/ledger/worker_state.h"

#include "supervisor/ledger/database.h"

namespace openclaw::ledger {

namespace {

Failure too_much(const std::string& instance, std::string_view what) {
    return fail(Code::invalid, "worker " + instance + " may not keep this: " + std::string(what));
}

} // namespace

Result<WorkerState> WorkerState::load(Store& store) {
    WorkerState state;
    auto rows = store.at_start()->query("select instance, key, value from worker_state");
    while (rows.next()) {
        auto instance = rows.text();
        auto key = rows.text();
        state.by_instance_[std::move(instance)].emplace(std::move(key), rows.text());
    }
    TRY_VOID(rows.end());
    return state;
}

const WorkerState::Entries& WorkerState::of(std::string_view instance) const {
    static const Entries nothing;
    const auto found = by_instance_.find(instance);
    return found == by_instance_.end() ? nothing : found->second;
}

Result<Write> WorkerState::put(std::string instance, std::string key, std::string value) {
    if (key.empty() || key.size() > max_key_bytes)
        return too_much(instance, "the key is empty or longer than 256 bytes");
    if (value.size() > max_value_bytes)
        return too_much(instance, "the value of \"" + key + "\" is longer than 64 KiB");
    auto& entries = by_instance_[instance];
    if (value.empty()) {
        entries.erase(key);
        return Write{
            .apply = [instance = std::move(instance), key = std::move(key)](Database* database) {
                return database->run("delete from worker_state where instance = ? and key = ?",
                                     instance, key);
            }};
    }
    if (!entries.contains(key) && entries.size() >= max_keys)
        return too_much(instance, "it has 256 keys already");
    entries.insert_or_assign(key, value);
    return Write{.apply = [instance = std::move(instance), key = std::move(key),
                           value = std::move(value)](Database* database) {
        return database->run("insert into worker_state (instance, key, value) values (?, ?, ?) "
                             "on conflict (instance, key) do update set value = excluded.value",
                             instance, key, Blob{value});
    }};
}

Write WorkerState::forget(std::string instance) {
    by_instance_.erase(instance);
    return {.apply = [instance = std::move(instance)](Database* database) {
        return database->run("delete from worker_state where instance = ?", instance);
    }};
}

} // namespace openclaw::ledger
