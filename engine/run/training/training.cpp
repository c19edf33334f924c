// SPDX-License-Identifier: MIT
#include "run/training/training.hpp"
#include "core/folders.hpp"

#include <cmath>

#include "diagnostics/mode_weights.hpp"
#include "models/model.hpp"
#include "models/network_settings.hpp"
#include "paths/density_path.hpp"
#include "paths/path_coordinates.hpp"
#include "paths/schedule.hpp"
#include "run/experiment/memory.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"
#include "run/record/result.hpp"
#include "run/record/summary.hpp"
#include "run/training/loss_table.hpp"
#include "run/training/training_data.hpp"

namespace tempera {

namespace fs = std::filesystem;

struct TrainingSession::Problem {
    std::shared_ptr<const Target<double>> target;
    Coordinates coordinates;
    std::optional<Mixture> mixture;  ///< the target in path coordinates
    TrainingPoints points;
    training::TrainingData held_out;
    std::uint64_t seed = 1;
};

namespace {

std::vector<double> noise_levels(const Json& resolved) {
    std::vector<double> out(reported_sigmas.begin(), reported_sigmas.end());
    const Json& path = resolved["path"];
    if (path_uses_rho(path["type"].get<std::string>()) && path.contains("schedule")) {
        const ScheduleEntry& entry = find_schedule(path["schedule"]["type"].get<std::string>());
        if (!entry.adaptive) {
            const std::vector<double> rho = entry.make(path["schedule"], path.value("n_levels", 64), true);
            out.insert(out.end(), rho.begin(), rho.end());
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

double smallest_scale(const Mixture& m) {
    double out = std::numeric_limits<double>::infinity();
    for (const auto& c : m.components) {
        out = std::min(out, c.eigenvalues.minCoeff());
    }
    return std::sqrt(out);
}

/// Column j of x0: a draw of the mixture (components in exact proportion) or a data point.
Eigen::MatrixXd clean_points(const std::optional<Mixture>& mixture, const std::vector<double>& data, int dim,
                             const StreamKey& key, int n) {
    Eigen::MatrixXd out(dim, n);
    std::size_t c = 0;
    double end = mixture ? mixture->components[0].weight : 0;
    const std::size_t rows = data.size() / static_cast<std::size_t>(dim);
    for (int j = 0; j < n; ++j) {
        Stream stream(key, static_cast<std::uint32_t>(j));
        if (!mixture) {
            const std::size_t row =
                static_cast<std::size_t>((j + stream.uniform()) / n * static_cast<double>(rows));
            out.col(j) =
                Eigen::Map<const Eigen::VectorXd>(data.data() + row * static_cast<std::size_t>(dim), dim);
            continue;
        }
        while ((j + 0.5) / n > end && c + 1 < mixture->components.size()) {
            end += mixture->components[++c].weight;
        }
        const Mixture::Component& component = mixture->components[c];
        Eigen::VectorXd z(dim);
        for (int i = 0; i < dim; ++i) {
            z[i] = std::sqrt(component.eigenvalues[i]) * stream.normal();
        }
        out.col(j) = component.mean + component.axes * z;
    }
    return out;
}

/// A taught field lives in its teacher's coordinates.
void check_teachers(const Json& losses, const Coordinates& coordinates) {
    for (std::size_t l = 0; l < losses.size(); ++l) {
        const std::string file = losses[l].value("teacher", ""),
                          place = "model.losses[" + std::to_string(l) + "].teacher";
        if (file.empty()) {
            continue;
        }
        const NetworkWeights teacher = read_network_weights(file, place);
        double off = std::abs(teacher.scale - coordinates.scale());
        const Eigen::VectorXd& shift = coordinates.shift();
        for (std::size_t i = 0; i < std::min<std::size_t>(teacher.shift.size(), shift.size()); ++i) {
            off += std::abs(teacher.shift[i] - shift[static_cast<Eigen::Index>(i)]);
        }
        if (off > 1e-6 * coordinates.scale()) {
            throw ConfigError(
                place, file + " was trained in other coordinates; use its target and path.standardise");
        }
    }
}

void make_folder(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem) {
        throw std::runtime_error(folder.string() + ": cannot be made (" + problem.message() + ")");
    }
}

}  // namespace

TrainingSession::~TrainingSession() = default;

TrainingSession::TrainingSession(const Json& given) : preset_(given), problem_(std::make_unique<Problem>()) {
    const Json resolved = with_found_files(given);
    check_trainable(resolved["model"]);
    Problems problems;
    const auto settings = read_settings<NetworkSettings>(model_in_use(resolved), "model", problems);
    const auto [losses, training] = read_settings<TrainedSettings>(
        known_settings(resolved["model"], fields_of<TrainedSettings>()), "model", problems);
    problems.throw_if_any();
    Problem& p = *problem_;
    p.target = preset_target<double>(resolved);
    p.coordinates = coordinates_of(*p.target, resolved["path"].value("standardise", false));
    p.mixture = mixture_in_coordinates(*p.target, p.coordinates);
    if (training.data ==
        "exact") {  // points as drawn, as rows, in path coordinates, and as the trainer's own
        check_memory(4.0 * 8 * training.n_data * p.target->dim(), "model.training.n_data",
                     std::to_string(training.n_data) + " points in " + std::to_string(p.target->dim()) +
                         " dimensions",
                     "use fewer");
    }
    p.points = load_training_points(*p.target, training, p.coordinates);
    p.seed = static_cast<std::uint64_t>(training.seed);
    training::TrainerSpec spec;
    spec.net.type = resolved["model"]["type"].get<std::string>();
    spec.net.dim = p.coordinates.dim();
    spec.net.hidden.assign(settings.hidden.begin(), settings.hidden.end());
    spec.net.head = training::head_of(model_info(resolved["model"]).has_log_density, settings.head);
    spec.net.sigma_data = data_scale(p.points.x, spec.net.dim);
    const bool from_file = training.data != "exact";
    spec.net.scale_floor =
        settings.energy_scale_floor
            ? *settings.energy_scale_floor
            : (p.mixture && !from_file ? smallest_scale(*p.mixture) : local_scale(p.points.x, spec.net.dim));
    spec.training = training;
    spec.losses = losses;
    check_teachers(losses, p.coordinates);
    training::TrainingData data;
    data.dim = spec.net.dim;
    data.target = density_in_coordinates<double>(p.target, p.coordinates);
    p.held_out = data;
    data.x = p.points.x;
    p.held_out.x = p.points.held_out;
    n_steps_ = training.n_steps;
    sigmas_ = noise_levels(resolved);
    checkpoint_every_ = training.checkpoint_every;
    trainer_ = std::make_unique<training::Trainer>(spec, std::move(data));
    kept_ = trainer_->checkpoint();
}

void TrainingSession::resume_from(const fs::path& folder) {
    const fs::path file = folder / "checkpoint.pt";
    trainer_->restore(read_npz(file), file.string());
    kept_ = trainer_->checkpoint();
    history_ = read_loss_table(folder / "loss.csv", trainer_->loss_names(), trainer_->steps_done());
    tabled_ = 0;
}

void TrainingSession::archive(StateArchive& archive) {
    Npz state = archive.restoring() ? Npz() : trainer_->checkpoint();
    archive("trainer", state);
    std::vector<std::vector<double>> losses;
    for (const training::StepLosses& s : history_) {
        losses.push_back({static_cast<double>(s.step), s.total, s.learning_rate, s.gradient_norm});
        losses.back().insert(losses.back().end(), s.each.begin(), s.each.end());
    }
    archive("losses", losses);
    if (!archive.restoring()) {
        return;
    }
    trainer_->restore(state, "the state");
    kept_ = std::move(state);
    history_.clear();
    for (const std::vector<double>& row : losses) {
        if (row.size() >= 4) {
            history_.push_back(
                {static_cast<long>(row[0]), row[1], row[2], row[3], {row.begin() + 4, row.end()}});
        }
    }
    tabled_ = 0;
}

training::StepLosses TrainingSession::step() {
    try {
        history_.push_back(trainer_->step());
    } catch (const NumericalError& e) {
        trainer_->restore(kept_, "checkpoint");
        throw NumericalError(std::string(e.what()) + "; kept are the weights after step " +
                                 std::to_string(trainer_->steps_done()),
                             0, -1);
    }
    if (trainer_->steps_done() % checkpoint_every_ == 0) {
        kept_ = trainer_->checkpoint();
        if (!folder_.empty()) {
            write_kept();
        }
    }
    return history_.back();
}

/// A full disk is no reason to stop: what is trained is still there, and is written at the end.
void TrainingSession::write_kept() {
    try {
        make_folder(folder_);
        fs::remove(folder_ / "training.json");
        write_file_atomically(folder_ / "preset.json", format_preset(stored_preset(preset_, folder_)));
        append_loss_table(folder_ / "loss.csv", trainer_->loss_names(), history_, tabled_);
        write_network_weights(folder_ / "weights.npz", weights());
        write_npz(folder_ / "checkpoint.pt", kept_);
    } catch (const std::exception&) {
    }
}

NetworkWeights TrainingSession::weights() const {
    NetworkWeights w = trainer_->weights();
    const Coordinates& c = problem_->coordinates;
    w.shift.assign(c.shift().begin(), c.shift().end());
    w.scale = c.scale();
    return w;
}

const Target<double>& TrainingSession::target() const { return *problem_->target; }
const training::TrainingData& TrainingSession::held_out() const { return problem_->held_out; }

NoiseLevel TrainingSession::level_report(double sigma, int n) const {
    const training::Net<float> net = trainer_->averaged();
    const int dim = net.spec().dim;
    StreamKey key;
    key.seed = problem_->seed;
    key = key.with(Purpose::diagnostic, 0);
    const Eigen::MatrixXd x0 =
        clean_points(problem_->mixture, problem_->held_out.size() ? problem_->held_out.x : problem_->points.x,
                     dim, key, n);
    Eigen::MatrixXd z(dim, n);
    for (int j = 0; j < n; ++j) {
        Stream stream(key.with(Purpose::noise, 0), static_cast<std::uint32_t>(j));
        for (int i = 0; i < dim; ++i) {
            z(i, j) = stream.normal();
        }
    }
    const Eigen::MatrixXd y = x0 + sigma * z;
    training::PointBatch<float> points;
    points.y = y.cast<float>();
    points.sigma = Eigen::VectorXf::Constant(n, static_cast<float>(sigma));
    net.evaluate(points, true);
    const double sd2 = net.spec().sigma_data * net.spec().sigma_data;
    const Eigen::MatrixXd slope = points.slope.cast<double>();
    NoiseLevel out;
    out.sigma = sigma;
    out.loss = (sigma * sigma + sd2) / sd2 * (z - sigma * slope).squaredNorm() / n;
    if (!problem_->mixture) {
        return out;
    }
    const Mixture noised = problem_->mixture->noised(1, sigma);
    const Eigen::MatrixXd exact = training::target_values(*make_mixture_density<double>(noised), y);
    out.score_error = (slope + exact.bottomRows(dim)).squaredNorm() / n;
    out.score_energy = exact.bottomRows(dim).squaredNorm() / n;
    if (net.has_energy()) {
        const Eigen::ArrayXd log_ratio =
            -points.energy.cast<double>().array() - exact.row(0).transpose().array();
        out.mode_weights = mode_proportions(noised.responsibilities({y.data(), y.data() + y.size()}),
                                            noised.size(), {log_ratio.data(), log_ratio.data() + n});
    }
    return out;
}

namespace {

Json to_json(const NoiseLevel& level) {
    return Json{
        {"sigma", level.sigma},
        {"loss", number_or_null(level.loss)},
        {"score_error", number_or_null(level.score_error)},
        {"score_energy", number_or_null(level.score_energy)},
        {"learned_mode_weights", level.mode_weights.empty() ? Json(nullptr) : Json(level.mode_weights)}};
}

Json to_json(const std::vector<std::string>& names, const std::vector<double>& losses) {
    Json out = Json::object();
    for (std::size_t i = 0; i < losses.size(); ++i) {
        out[names[i]] = number_or_null(losses[i]);
    }
    return out;
}

}  // namespace

NoiseLevel noise_level_of(const Json& entry) {
    const auto number = [&](const char* key) {
        const Json value = entry.value(key, Json());
        return value.is_number() ? value.get<double>() : NoiseLevel::unknown;
    };
    NoiseLevel out{number("sigma"), number("loss"), number("score_error"), number("score_energy"), {}};
    if (const Json weights = entry.value("learned_mode_weights", Json()); weights.is_array()) {
        out.mode_weights = weights.get<std::vector<double>>();
    }
    return out;
}

TrainingResult training_result(const TrainingSession& session, const std::string& status,
                               const std::string& error, double seconds, long steps, int n_points) {
    const training::Trainer& trainer = session.trainer();
    TrainingResult result;
    result.preset = session.preset();
    result.weights = session.weights();
    result.checkpoint = trainer.checkpoint();
    result.history = session.history();
    result.loss_names = trainer.loss_names();
    Json levels = Json::array();
    for (const double sigma : session.sigmas()) {
        levels.push_back(to_json(session.level_report(sigma, n_points)));
    }
    result.report =
        Json{{"schema", "tempera-training"},
             {"version", 1},
             {"status", status},
             {"error", error.empty() ? Json(nullptr) : Json(error)},
             {"steps", trainer.steps_done()},
             {"losses", to_json(result.loss_names, trainer.final_losses())},
             {"held_out", to_json(result.loss_names, trainer.losses_on(session.held_out()))},
             {"n_held_out", session.held_out().size()},
             {"seconds", seconds},
             {"steps_per_second", seconds > 0 ? Json(static_cast<double>(steps) / seconds) : Json(nullptr)},
             {"sigma_data", result.weights.sigma_data},
             {"energy_scale_floor", result.weights.energy_scale_floor},
             {"levels", levels}};
    return result;
}

void write_training_folder(const TrainingResult& result, const fs::path& folder) {
    make_folder(folder);
    write_file_atomically(folder / "preset.json", format_preset(stored_preset(result.preset, folder)));
    write_file_atomically(folder / "loss.csv", loss_table(result.loss_names, result.history));
    write_npz(folder / "checkpoint.pt", result.checkpoint);
    write_network_weights(folder / "weights.npz", result.weights);
    write_file_atomically(folder / "training.json", result.report.dump(2) + "\n");
}

fs::path save_training(const TrainingResult& result, const fs::path& folder, std::string& problem) {
    try {
        write_training_folder(result, folder);
        return folder;
    } catch (const std::exception& e) {
        problem = e.what();
    }
    const std::string name = result.preset.value("name", std::string("tempera")) + "-model";
    const fs::path other = free_folder(fs::temp_directory_path() / name);
    write_training_folder(result, other);
    return other;
}

}  // namespace tempera
