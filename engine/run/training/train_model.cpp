// SPDX-License-Identifier: MIT
// Training without a thread of its own.
#include "core/thread.hpp"
#include "run/training/training_work.hpp"

namespace tempera {

TrainingResult train_model(const Json& resolved, const TrainingCallbacks& callbacks,
                           const std::filesystem::path& resume_from) {
    TrainingWork work(resolved);
    TrainingSession& session = work.session();
    if (!resume_from.empty()) {
        session.resume_from(resume_from);
    }
    session.checkpoint_into(callbacks.checkpoints);
    work.start();
    const training::Trainer& trainer = session.trainer();
    const long first = trainer.steps_done();
    const Stopwatch watch;
    const auto report = [&] {
        if (callbacks.progress) {
            const double seconds = watch.seconds();
            callbacks.progress({trainer.steps_done(), session.n_steps(), seconds,
                                static_cast<double>(trainer.steps_done() - first) / seconds,
                                &work.last_losses()});
        }
    };
    Ending ending;
    try {
        const bool over =
            advance_to_end(work, [&] { return !callbacks.stop.stop_requested(); }, report, callbacks.stop);
        ending.kind = over ? Ending::Kind::finished : Ending::Kind::stopped;
    } catch (const NumericalError& e) {
        ending.kind = Ending::Kind::failed;
        ending.error = e.what();
    }
    return std::move(dynamic_cast<TrainingResult&>(*work.result(ending)));
}

}  // namespace tempera
