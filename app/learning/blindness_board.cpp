// SPDX-License-Identifier: MIT
#include "app/learning/blindness_board.hpp"

#include <algorithm>
#include <cmath>

#include "app/learning/learning.hpp"
#include "app/workspace/workspace.hpp"
#include "core/build_id.hpp"
#include "core/csv.hpp"
#include "core/files.hpp"
#include "models/model.hpp"

namespace tempera::app {
namespace {

std::filesystem::path study_file(const char* name) {
    return std::filesystem::path(TEMPERA_SOURCE_DIR) / "assets" / "studies" / name;
}

/// What `read` makes of a shipped table; nothing of it when it is missing or damaged, because the panel can
/// do without.
template <class Rows>
Rows shipped(const char* name, Rows (*read)(const std::filesystem::path&)) {
    try {
        return read(study_file(name));
    } catch (const std::exception&) {
        return {};
    }
}

/// The target that the stored studies are of.
Json target_of_studies() {
    try {
        const auto file = std::filesystem::path(TEMPERA_PRESET_DIR) / "learned_two_lakes_dsm.json";
        return get_value(resolve_preset(load_preset(file)), "target");
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace

double noise_in_view(const Workspace& w) {
    const PathMaps* maps = w.maps();
    const auto level = static_cast<std::size_t>(std::max(0, w.level()));
    if (!maps || level >= maps->positions.size()) {
        return NoiseLevel::unknown;
    }
    const LevelPosition p = maps->positions[level];
    return std::isfinite(p.rho) ? p.rho * maps->plane.scale : NoiseLevel::unknown;
}

std::vector<StudiedRemedy> read_remedies(const std::filesystem::path& file) {
    const auto rows = parse_csv(read_file_text(file));
    const std::vector<std::string> expected = {"name", "what", "tv", "tv_low", "tv_high", "seconds", "note"};
    if (rows.empty() || rows.front() != expected) {
        throw ConfigError(file.filename().string(),
                          "must have the columns name, what, tv, tv_low, tv_high, seconds, note");
    }
    std::vector<StudiedRemedy> out;
    for (std::size_t r = 1; r < rows.size(); ++r) {
        if (rows[r].size() != expected.size()) {
            throw ConfigError(file.filename().string(),
                              "row " + std::to_string(r) + " has " + std::to_string(rows[r].size()) +
                                  " columns, expected " + std::to_string(expected.size()));
        }
        out.push_back({rows[r][0], rows[r][1], parse_csv_number(rows[r][2]), parse_csv_number(rows[r][3]),
                       parse_csv_number(rows[r][4]), parse_csv_number(rows[r][5]), rows[r][6]});
    }
    return out;
}

BlindnessBoard::BlindnessBoard()
    : study_state_(study_.latest()), stored_(shipped("two_lakes_seeds.csv", read_seed_points)),
      remedies_(shipped("remedies.csv", read_remedies)), studied_target_(target_of_studies()) {}

BlindnessBoard::~BlindnessBoard() = default;

void BlindnessBoard::update(const Workspace& w, const Learning& learning) {
    const Json& resolved = w.resolved();
    if (resolved.contains("target")) {
        if (resolved["target"] != target_) {
            target_ = resolved["target"];
            studied_ = !studied_target_.is_null() && target_ == studied_target_;
        }
        curver_.request(resolved, assumed, noise_in_view(w));
    }
    curves_ = curver_.latest();
    study_state_ = study_.latest();
    look_at_model(learning.shared_maps(), w.maps());
}

void BlindnessBoard::look_at_model(std::shared_ptr<const LearnedMaps> maps, const PathMaps* path) {
    if (maps == learned_) {
        return;
    }
    learned_ = std::move(maps);
    own_ = {};
    if (!learned_) {
        return;
    }
    std::vector<NoiseLevel> levels;
    for (const LearnedLevel& l : learned_->levels) {
        const bool between = l.level > 0 && l.level < learned_->n_levels;  // the ends are exact
        if (between && l.rho > 0) {
            levels.push_back({l.rho, NoiseLevel::unknown, l.score_error, l.score_energy, l.weights});
        }
    }
    own_ = seed_point("this model", 0, path ? path->dim : 0, levels);
}

const std::vector<SeedPoint>& BlindnessBoard::seeds() const {
    static const std::vector<SeedPoint> none;
    return own_seeds() ? study_state_->points : studied_ ? stored_ : none;
}

const std::optional<SeedPoint>& BlindnessBoard::on_its_way() const {
    static const std::optional<SeedPoint> none;
    return own_seeds() ? study_state_->on_its_way : none;
}

bool BlindnessBoard::stored_seeds() const { return !own_seeds() && studied_; }

std::string BlindnessBoard::obstacle(const Workspace& workspace) const {
    const ModelInfo model = model_info(get_value(workspace.resolved(), "model"));
    return model.trainable && model.has_log_density
               ? ""
               : "Only a network with a density (model.type energy_mlp) has mode weights; "
                 "open a preset learned_two_lakes_*.";
}

void BlindnessBoard::train_seeds(const Workspace& workspace, int n_seeds) {
    seeds_target_ = workspace.resolved()["target"];
    study_begin_ = std::chrono::steady_clock::now();
    study_.start(workspace.resolved(), n_seeds);
}

double BlindnessBoard::study_eta() const {
    const double done = study_state_->fraction;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - study_begin_;
    return done > 0.002 ? spent.count() * (1 - done) / done : -1;  // before that the start-up counts too much
}

void BlindnessBoard::set_on_publish(std::function<void()> callback) {
    curver_.set_on_publish(callback);
    study_.set_on_publish(std::move(callback));
}

}  // namespace tempera::app
