// SPDX-License-Identifier: MIT
// One training on its way as a work: the session, its loss curve and the judgements so far.
#pragma once

#include <chrono>

#include "run/training/training.hpp"
#include "run/training/training_runner.hpp"

namespace tempera {

/// Losses over a stretch of steps: means of the steps up to `step` since the point before it.
struct LossPoint {
    long step = 0;
    double total = 0, learning_rate = 0, gradient_norm = 0;
    std::vector<double> each;  ///< one per loss; NaN before it starts
};

/// Means of the losses over stretches of steps, so that a long training needs no more room than a short one.
class LossCurve {
public:
    explicit LossCurve(long n_steps);
    void add(const training::StepLosses& step);
    /// At most 512 points, the last of which may be a stretch that is still open, as series over "step":
    /// total, learning_rate, gradient_norm and each loss under its name.
    void report(Record& record, const std::vector<std::string>& loss_names) const;

private:
    LossPoint mean() const;

    long stretch_, n_ = 0;
    LossPoint open_;
    std::vector<long> counts_;
    std::vector<LossPoint> done_;
};

/// A training that is watched is judged on its way, about once a second or every 2 % of the steps and never
/// for more than a tenth of the time, whenever somebody looks.
class TrainingWork final : public Work {
public:
    using Clock = std::chrono::steady_clock;

    /// As TrainingSession's.
    explicit TrainingWork(const Json& resolved);
    /// Makes the first of `wanted`, wanted-2, ... that is nobody's its own: the training writes itself there
    /// as it goes and at its end, and is watched.
    void own_folder(const std::filesystem::path& wanted);
    TrainingSession& session() { return session_; }
    const training::StepLosses& last_losses() const { return last_; }

    void start() override { first_ = steps(); }
    void advance() override;
    bool finished() const override { return session_.finished(); }
    bool at_boundary() const override { return true; }
    WorkProgress progress() const override;
    const Json& preset() const override { return session_.preset(); }
    void apply(const Edits& edits) override;
    void archive(StateArchive& archive) override;
    std::shared_ptr<WorkView> view(bool at_rest) override;
    /// A TrainingResult; of a folder of its own also the folder, written. Null when no step was taken there.
    std::shared_ptr<WorkResult> result(const Ending& ending) override;

private:
    long steps() const { return session_.trainer().steps_done(); }
    bool judgement_due() const;
    /// Unless this step is judged already; `last`: as carefully as the report of the training is.
    void judge(bool last);
    void measure_rate();
    void write(const TrainingResult& result);

    TrainingSession session_;
    LossCurve curve_;
    std::vector<std::shared_ptr<const Judgement>> judgements_;
    std::shared_ptr<const NetworkWeights> weights_;  ///< averaged ones at the last judgement
    std::vector<double> levels_;
    training::StepLosses last_;
    long gap_;                                      ///< steps between judgements, at least
    long first_ = 0;                                ///< step that it was begun or taken up at
    Clock::duration trained_{0}, last_judging_{0};  ///< pauses left out
    Clock::time_point judged_at_;
    long rate_step_ = 0;
    double rate_seconds_ = 0, rate_ = 0;  ///< steps per second of late
    bool watched_ = false;
    std::filesystem::path folder_, written_;  ///< its own; where it lies in the end
    std::string notice_;
};

}  // namespace tempera
