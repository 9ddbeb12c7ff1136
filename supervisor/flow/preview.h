// flow/preview.h — an answer that grows in the chat while the run lasts.
//
// Nothing is shown for answers that are ready at once; the first text is shown when there is enough
// of it, and only after the outbox row that will become the answer is on disk. Updates are dropped,
// never queued: the newest wins.
#pragma once

#include "supervisor/flow/deliveries.h"

#include <string>
#include <string_view>

namespace openclaw::flow {

class Preview {
  public:
    Preview(Rooms& rooms, Deliveries& deliveries, ledger::OutboxRow row);
    ~Preview();

    void grow(std::string_view text); // the whole text so far
    void restart();                   // the text begins anew; what is shown stays until then

    bool has_begun() const {
        return stage_ != Stage::quiet;
    } // its row exists: finish_stream() instead of owe()

  private:
    enum class Stage { quiet, recording, showing };
    void record_row();
    void show();

    Rooms& rooms_;
    Deliveries& deliveries_;
    ledger::OutboxRow row_;
    Stage stage_ = Stage::quiet;
    std::string text_;
    Instant begun_;
    Timer pause_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace openclaw::flow
