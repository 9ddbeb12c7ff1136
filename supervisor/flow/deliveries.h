// flow/deliveries.h — every answer that is owed, from its record to its fate.
//
// The mail rule: an answer is on disk before it is handed to a worker (owe, then release when the
// unit is kept). It stands "queued" until its turn with the worker has come, then "sending". What
// has left is noted by the worker in its in-flight file (flow/in_flight_files), which survives both
// processes; it decides when a worker or we die (TELEGRAM.md 7.1, BEHAVIOUR.md B6, B8):
//
//   not noted, or finishes a preview by an edit  sent again: it was not sent, or edits are
//                                                idempotent
//   noted, with the platform's id                sent: the receipt was lost on its way to us
//   noted, without                               once more, with `maybe_duplicate`, or never: the
//                                                row's retry class says. After that: unknown
//   the machine itself went down                 as if noted: the file may be older than the crash
//   past its expiry                              failed, "expired"
//
// Parts that have a receipt are never sent again.
//
// The disk has wall time, for it outlives the machine; waiting is done by the clock that does not
// jump. What is read back is clamped: a pause is no longer than any we make, a life no longer than
// it was made for. While the machine sleeps nothing expires and no pause ends: what was owed before
// a suspend is sent after it.
//
// Lives as long as the loop.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/flow/delivery_table.h"
#include "supervisor/flow/in_flight_files.h"
#include "supervisor/flow/rooms.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace openclaw::flow {

class Deliveries {
  public:
    using OnSettled = Delivery::OnSettled;

    explicit Deliveries(Rooms& rooms);

    // Takes the row in and makes the write that records it, with its files. Nothing leaves before
    // release(). A row with `markdown` empty and without files is a preview: its text comes with
    // finish_stream().
    ledger::Write owe(ledger::OutboxRow row, ledger::SharedFiles files = nullptr);
    // The unit with the write above is on disk.
    void release(const std::string& action_id);
    // The same for a row that began as a preview; without effect once its final text is being
    // recorded.
    void release_preview(const std::string& action_id);
    // The unit was refused by the disk: nothing is owed.
    void forget(const std::string& action_id);
    // The three above for a row that is recorded as one with `rest`; one that began as a preview is
    // finished by it. It expires in `notice_life`. Refused by the disk, nothing is owed and `again`
    // is called in a second, to make both anew. A gateway that stops meanwhile leaves that to the
    // next start.
    static constexpr Milliseconds notice_life = std::chrono::minutes(10);
    void owe_with(ledger::OutboxRow row, ledger::Writes rest, Task again);
    // Called once, when the answer is sent, failed or unknown. At once when nothing is known of it.
    void on_settled(const std::string& action_id, OnSettled tell);

    // The final text of a row that began as a preview: record it, then release() again.
    ledger::Writes finish_stream(const std::string& action_id, std::string markdown, bool notice,
                                 std::int64_t expires_at_ms);

    // Nobody needs to hear it any more, or somebody else is to. False: it is with its worker, may
    // have left, or is not known; then its fate is told as ever.
    bool withdraw(const std::string& action_id, std::string_view why);
    static constexpr std::string_view withdrawn = "withdrawn"; // the error code of such a row

    bool is_known(const std::string& action_id) const { return table_.find(action_id) != nullptr; }

    const ledger::OutboxRow* row(const std::string& action_id) const;
    // The newest text of a run that lasts; dropped when the worker cannot take it now.
    void show(const std::string& action_id, std::string_view markdown);
    // The run was stopped: remove what was shown and close the row.
    void cancel_stream(const std::string& action_id, std::string_view why);

    // Rows found unfinished at start. Previews without a final text wait for their run to come
    // again.
    void recover(std::vector<ledger::OutboxRow> rows);
    void end_recovery(); // these were all

    // From the switchboard. on_delivery: false when the worker speaks of an answer that is not its
    // own, of a part that no answer has, or reports on without waiting for the record of it.
    bool on_delivery(const std::string& worker, const wire::Delivery& delivery);
    void on_worker_ready(const std::string& worker);
    // An answer that was alone at work in the hands of a worker that died of itself, after another
    // one had died with it, is not tried again.
    void on_worker_down(const std::string& worker, process::Whose whose);
    void on_room(const std::string& worker);

    // For the next image of this program: the file in which this worker notes what leaves. It goes
    // on with it, and has nothing in hand.
    // hold(): nothing is handed over any more, what is owed stays queued on the disk.
    void hold() { is_held_ = true; }

    std::string in_flight_file(const std::string& worker) const { return files_.path_of(worker); }

    void adopt_in_flight_file(const std::string& worker, const std::string& path) {
        files_.adopt(worker, path);
    }

    std::size_t waiting_count() const { return table_.size(); }

    // Waiting for this worker or in its hands.
    std::size_t owed_by(const std::string& worker) const { return table_.owed_by(worker); }

    // With a worker now: worth a moment's patience when stopping.
    std::size_t in_hand_count() const { return table_.in_hand_count(); }

  private:
    // Handing over (deliveries.cpp).
    void push(const std::string& worker);
    bool hand_over(Delivery& delivery, const AttachedFiles& files);
    void fetch_files(const Delivery& delivery);
    void on_files(const std::string& worker, std::uint64_t place, Result<AttachedFiles> files);
    void owe_again(const std::string& action_id, Task again);
    void wait_in_line(Delivery& delivery);
    void try_later(Delivery& delivery, Milliseconds pause, std::string code, std::string why);
    void settle(Delivery& delivery, ledger::OutboxState state, std::string code = {},
                std::string why = {}, ledger::Writes unit = {});
    void keep_fate(const ledger::OutboxRow& row, ledger::Writes unit);
    void keep_receipt(const ledger::OutboxRow& row, const ledger::Receipt& receipt);
    void remember(const Delivery& delivery);
    bool has_file(const std::string& worker, ipc::Link& link);

    // What the workers say (delivery_reports.cpp).
    void on_dispatching(Delivery& delivery, const wire::Delivery& report);
    void on_held(Delivery& delivery);
    void acquit(Delivery& delivery);
    void on_sent(Delivery& delivery, const wire::Delivery& report);
    void on_preview_shown(Delivery& delivery, const std::string& message_id);
    void on_preview_lost(Delivery& delivery);
    void on_part_sent(Delivery& delivery, const wire::Delivery& report);
    void on_failed(Delivery& delivery, const wire::Delivery& report);
    void on_unknown(Delivery& delivery, std::string_view why, Milliseconds pause = {});
    bool acknowledge(const std::string& worker, const wire::Delivery& report, bool is_known);
    void tell(const std::string& worker, wire::Frame frame);

    // What a life that ended had on the wire (delivery_fates.cpp).
    enum class Fate { not_sent, may_have_left, settled };
    Fate fate_of(Delivery& delivery, const Evidence& evidence);
    void take_preview(Delivery& delivery, const Evidence& evidence);
    bool take_receipts(Delivery& delivery, const Evidence& evidence);
    void on_holder_died(Delivery& delivery, bool is_guilty, const Evidence& evidence);
    void recover_one(Delivery& delivery);

    // Time (delivery_times.cpp): what is due again, expires, or is owed a report.
    void take_times(Delivery& delivery) const;
    void plan_sweep(const Delivery& delivery);
    void plan_at(Instant at);
    void plan_trial(const std::string& worker);
    void sweep();
    void end_if_late(Delivery& delivery);

    Instant now() const { return rooms_.loop.clock().now(); }

    Rooms& rooms_;
    DeliveryTable table_;
    InFlightFiles files_;
    std::unordered_map<std::string, std::size_t> acks_waiting_; // of each worker, for a record
    // Workers whose next answer has files that are being read: what is behind it waits, too.
    std::unordered_set<std::string> fetching_;
    std::unordered_map<std::string, Timer> owed_again_; // by action id: refused by the disk
    bool is_held_ = false;
    Timer sweep_timer_;
    Instant next_sweep_{}; // Instant{}: none planned
};

} // namespace openclaw::flow
