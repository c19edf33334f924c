// SPDX-License-Identifier: MIT
// Training of a preset's model: data in path coordinates, the steps, the report by noise level and the
// folder.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

#include "core/state_archive.hpp"
#include "run/record/work_view.hpp"
#include "run/training/noise_level.hpp"
#include "targets/target.hpp"
#include "training/trainer.hpp"

namespace tempera {

struct TrainingProgress {
    long step = 0, n_steps = 0;
    double seconds = 0;  ///< of this session
    double steps_per_second = 0;
    const training::StepLosses* losses = nullptr;
};

struct TrainingCallbacks {
    std::function<void(const TrainingProgress&)> progress;  ///< after each step
    std::stop_token stop;
    std::filesystem::path checkpoints;  ///< folder that follows the training while it runs; empty: none
};

/// Data, noise levels and trainer of a preset, step by step.
class TrainingSession {
public:
    /// `resolved` has a model of type energy_mlp or score_mlp; throws ConfigError for bad data.
    explicit TrainingSession(const Json& resolved);
    ~TrainingSession();

    const Json& preset() const { return preset_; }
    const training::Trainer& trainer() const { return *trainer_; }
    long steps_done() const { return trainer_->steps_done(); }
    long n_steps() const { return n_steps_; }
    const Target<double>& target() const;
    /// One optimiser step. After every training.checkpoint_every of them the state is kept, and written to
    /// the folder of checkpoint_into(). Throws NumericalError when the training diverges; the trainer is then
    /// back at the state kept last.
    training::StepLosses step();
    /// preset.json, weights.npz and checkpoint.pt in `folder`, each replaced as a whole, and loss.csv, which
    /// grows; an older training.json there, which tells of other weights, goes.
    void checkpoint_into(const std::filesystem::path& folder) { folder_ = folder; }
    /// Continues the checkpoint of a training folder.
    void resume_from(const std::filesystem::path& folder);
    /// Saves or restores the trainer and the losses so far.
    void archive(StateArchive& archive);
    /// Of all steps, also those that a divergence has undone.
    const std::vector<training::StepLosses>& history() const { return history_; }
    bool finished() const { return trainer_->steps_done() >= n_steps_; }
    /// Noise levels of the path and .05 .2 .5 1 2 4, ascending.
    const std::vector<double>& sigmas() const { return sigmas_; }
    /// Points that are never trained on, for losses_on(): further exact samples, or rows kept out of a file
    /// or run (none when it has fewer than ten).
    const training::TrainingData& held_out() const;
    /// One level at the averaged weights, on `n` points: exact samples in strata of the modes, or held-out
    /// ones.
    NoiseLevel level_report(double sigma, int n = 4096) const;
    NetworkWeights weights() const;

private:
    struct Problem;
    Json preset_;
    std::unique_ptr<Problem> problem_;
    std::unique_ptr<training::Trainer> trainer_;
    std::vector<double> sigmas_;
    long n_steps_ = 0, checkpoint_every_ = 500;
    Npz kept_;
    std::vector<training::StepLosses> history_;
    std::size_t tabled_ = 0;  ///< steps of the history that loss.csv holds
    std::filesystem::path folder_;
    void write_kept();
};

struct TrainingResult final : WorkResult {
    Json preset, report;  ///< report: training.json
    NetworkWeights weights;
    Npz checkpoint;
    std::vector<training::StepLosses> history;
    std::vector<std::string> loss_names;
};

/// An entry of training.json's "levels".
NoiseLevel noise_level_of(const Json& entry);

/// What a session has reached, judged at all its noise levels. `status`: finished, partial, failed; `seconds`
/// and `steps` are those since it was started or resumed; `n_points` judge each level.
TrainingResult training_result(const TrainingSession& session, const std::string& status,
                               const std::string& error, double seconds, long steps, int n_points = 4096);

/// Trains to the end, a stop request or divergence (report.status: finished, partial, failed). With
/// `resume_from`, a training folder, its checkpoint is continued.
TrainingResult train_model(const Json& resolved, const TrainingCallbacks& callbacks,
                           const std::filesystem::path& resume_from = {});

/// preset.json, training.json, loss.csv, weights.npz and checkpoint.pt (an npz archive), each written to a
/// temporary name and renamed.
void write_training_folder(const TrainingResult& result, const std::filesystem::path& folder);
/// The same; where that fails (disk full, no permission) into the temporary folder, and `problem` says why.
/// Returns the folder.
std::filesystem::path save_training(const TrainingResult& result, const std::filesystem::path& folder,
                                    std::string& problem);

}  // namespace tempera
