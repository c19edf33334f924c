// SPDX-License-Identifier: MIT
#include "run/training/training_work.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "run/record/result.hpp"
#include "run/record/run_folder.hpp"

namespace tempera {
namespace {

constexpr auto judge_interval = std::chrono::seconds(1);
constexpr int judging_cost = 10;     ///< judging takes at most one part in this many
constexpr int level_points = 512;    ///< per noise level of a judgement
constexpr int loss_batches = 2;      ///< that a judgement averages each loss over
constexpr int hurried_points = 128;  ///< per noise level of a report that must not take long
constexpr std::size_t most_losses = 512, most_judgements = 128;

namespace fs = std::filesystem;

double seconds_of(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

/// Sixteen levels of the training's range, evenly in their logarithm, and those that reports name.
std::vector<double> judged_levels(const Json& resolved) {
    Problems ignored;
    const auto noise =
        read_settings<NoiseSettings>(resolved["model"]["training"]["noise"], "model", ignored, {});
    std::vector<double> out;
    for (const double s : reported_sigmas) {
        if (s > 0.999 * noise.min && s < 1.001 * noise.max) {
            out.push_back(s);
        }
    }
    constexpr int n = 16;
    for (int i = 0; i < n; ++i) {
        const double s = noise.min * std::pow(noise.max / noise.min, static_cast<double>(i) / (n - 1));
        const auto near = [s](double other) { return std::abs(std::log(other / s)) < 0.12; };
        if (std::none_of(out.begin(), out.end(), near)) {
            out.push_back(s);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

LossCurve::LossCurve(long n_steps)
    : stretch_(
          std::max(1L, (n_steps + static_cast<long>(most_losses) - 1) / static_cast<long>(most_losses))) {}

void LossCurve::add(const training::StepLosses& step) {
    open_.step = step.step;
    open_.learning_rate = step.learning_rate;
    open_.total += step.total;
    open_.gradient_norm += step.gradient_norm;
    open_.each.resize(step.each.size(), 0.0);
    counts_.resize(step.each.size(), 0);
    for (std::size_t i = 0; i < step.each.size(); ++i) {
        if (std::isfinite(step.each[i])) {
            open_.each[i] += step.each[i];
            ++counts_[i];
        }
    }
    if (++n_ >= stretch_) {
        done_.push_back(mean());
        open_ = {};
        counts_.clear();
        n_ = 0;
    }
}

void LossCurve::report(Record& record, const std::vector<std::string>& loss_names) const {
    std::vector<LossPoint> points = done_;
    if (n_ > 0) {
        points.push_back(mean());
    }
    const auto add = [&](const std::string& name, auto&& value) {
        Series series{name, "step", "", {}, {}, {}, {}};
        for (const LossPoint& p : points) {
            series.add(static_cast<double>(p.step), value(p));
        }
        record.add(std::move(series));
    };
    add("total", [](const LossPoint& p) { return p.total; });
    add("learning_rate", [](const LossPoint& p) { return p.learning_rate; });
    add("gradient_norm", [](const LossPoint& p) { return p.gradient_norm; });
    for (std::size_t i = 0; i < loss_names.size(); ++i) {
        add(loss_names[i], [i](const LossPoint& p) { return i < p.each.size() ? p.each[i] : not_a_number; });
    }
}

LossPoint LossCurve::mean() const {
    LossPoint p = open_;
    p.total /= static_cast<double>(n_);
    p.gradient_norm /= static_cast<double>(n_);
    for (std::size_t i = 0; i < p.each.size(); ++i) {
        p.each[i] = counts_[i] > 0 ? p.each[i] / static_cast<double>(counts_[i]) : std::nan("");
    }
    return p;
}

TrainingWork::TrainingWork(const Json& resolved)
    : session_(resolved), curve_(session_.n_steps()), levels_(judged_levels(resolved)),
      gap_(std::max(1L, session_.n_steps() / 100)) {}

void TrainingWork::own_folder(const fs::path& wanted) {
    watched_ = true;
    fs::create_directories(fs::absolute(wanted).parent_path());
    for (int attempt = 0; attempt < 100 && folder_.empty(); ++attempt) {
        const fs::path folder = free_folder(wanted);
        if (fs::create_directory(folder)) {
            folder_ = folder;
        }
    }
    if (folder_.empty()) {
        throw std::runtime_error(wanted.string() + ": cannot be made");
    }
    session_.checkpoint_into(folder_);
}

void TrainingWork::advance() {
    const auto begin = Clock::now();
    last_ = session_.step();
    curve_.add(last_);
    trained_ += Clock::now() - begin;
}

WorkProgress TrainingWork::progress() const {
    return {static_cast<double>(steps()) / static_cast<double>(session_.n_steps()),
            "step " + std::to_string(steps()) + " of " + std::to_string(session_.n_steps())};
}

void TrainingWork::apply(const Edits&) {
    throw ConfigError("", "a training takes its settings when it starts; edits count from the next one");
}

void TrainingWork::archive(StateArchive& archive) {
    archive.part("training", session_);
    if (archive.restoring()) {
        first_ = steps();
        curve_ = LossCurve(session_.n_steps());
        for (const training::StepLosses& step : session_.history()) {
            curve_.add(step);
        }
    }
}

bool TrainingWork::judgement_due() const {
    const long since = judgements_.empty() ? gap_ : steps() - judgements_.back()->step;
    const auto idle = Clock::now() - judged_at_;
    return since >= gap_ && (idle >= judge_interval || since >= 2 * gap_) &&
           idle >= (judging_cost - 1) * last_judging_;
}

void TrainingWork::judge(bool last) {
    if (!last && !judgements_.empty() && judgements_.back()->step == steps()) {
        return;
    }
    const auto begin = Clock::now();
    auto j = std::make_shared<Judgement>();
    j->step = steps();
    j->train = session_.trainer().final_losses(last ? 8 : loss_batches);
    j->held_out = session_.trainer().losses_on(session_.held_out(), last ? 8 : loss_batches);
    for (std::size_t i = 0; i < j->train.size(); ++i) {
        if (i >= last_.each.size() || !std::isfinite(last_.each[i])) {  // this loss has not started
            j->train[i] = j->held_out[i] = std::nan("");
        }
    }
    for (const double sigma : levels_) {
        j->levels.push_back(session_.level_report(sigma, last ? 4096 : level_points));
    }
    if (last && !judgements_.empty() && judgements_.back()->step == steps()) {
        judgements_.pop_back();
    }
    judgements_.push_back(std::move(j));
    if (judgements_.size() > most_judgements) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < judgements_.size(); i += 2) {
            judgements_[kept++] = judgements_[i];
        }
        judgements_.resize(kept);
        gap_ *= 2;
    }
    weights_ = std::make_shared<NetworkWeights>(session_.weights());
    judged_at_ = Clock::now();
    last_judging_ = judged_at_ - begin;
    trained_ += last_judging_;
}

/// The rate of the last few seconds: that of the whole training would hide what slows it down now.
void TrainingWork::measure_rate() {
    const double seconds = seconds_of(trained_), span = seconds - rate_seconds_;
    if (span > 0.25 && steps() > rate_step_) {
        const double now = static_cast<double>(steps() - rate_step_) / span;
        rate_ = rate_ > 0 ? 0.6 * rate_ + 0.4 * now : now;
        rate_seconds_ = seconds;
        rate_step_ = steps();
    }
}

std::shared_ptr<WorkView> TrainingWork::view(bool at_rest) {
    if (at_rest || judgements_.empty() || judgement_due()) {
        judge(false);
    }
    measure_rate();
    auto s = std::make_shared<TrainingSnapshot>();
    s->preset = std::make_shared<Json>(preset());
    s->steps_done = steps() - first_;
    s->notice = notice_;
    s->step = steps();
    s->n_steps = session_.n_steps();
    s->loss_names = unique_names(session_.trainer().loss_names());
    s->mode_names = session_.target().mode_names();
    s->true_mode_weights = session_.target().mode_weights();
    s->seconds = seconds_of(trained_);
    s->steps_per_second = rate_;
    s->eta_seconds = rate_ > 0 ? static_cast<double>(s->n_steps - s->step) / rate_ : -1;
    auto told = std::make_shared<Record>();
    curve_.report(*told, s->loss_names);
    s->record = std::move(told);
    s->judgements = std::make_shared<std::vector<std::shared_ptr<const Judgement>>>(judgements_);
    s->weights = weights_;
    s->folder = written_;
    return s;
}

void TrainingWork::write(const TrainingResult& result) {
    std::string problem;
    try {
        written_ = save_training(result, folder_, problem);
    } catch (const std::exception& e) {
        throw std::runtime_error(std::string("the training could not be written: ") + e.what());
    }
    if (!problem.empty()) {
        notice_ = problem + "; nothing is lost, the training was saved in " + written_.string();
    }
}

std::shared_ptr<WorkResult> TrainingWork::result(const Ending& ending) {
    if (!folder_.empty() && steps() == 0) {
        std::error_code ignored;
        fs::remove(folder_, ignored);  // it is empty
        return nullptr;
    }
    if (watched_ && !ending.hurry && ending.kind != Ending::Kind::failed) {
        judge(true);
    }
    auto made = std::make_shared<TrainingResult>(training_result(session_, ending.status(), ending.error,
                                                                 seconds_of(trained_), steps() - first_,
                                                                 ending.hurry ? hurried_points : 4096));
    if (!folder_.empty()) {
        write(*made);
    }
    return made;
}

}  // namespace tempera
