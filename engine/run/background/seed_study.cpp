// SPDX-License-Identifier: MIT
#include "run/background/seed_study.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/csv.hpp"
#include "core/files.hpp"
#include "models/model.hpp"
#include "run/training/training.hpp"

namespace tempera {
namespace {

constexpr const char* mass_column = "mass_";
constexpr std::size_t n_judged = 17;  ///< noise levels, evenly chosen among those of the path

std::string names_of(const Json& model) {
    std::string text;
    for (const Json& loss : model.value("losses", Json::array())) {
        text += (text.empty() ? "" : " + ") + loss.value("type", std::string());
    }
    return text;
}

}  // namespace

double SeedPoint::mass_at(double level) const {
    double best = std::numeric_limits<double>::infinity(), found = NoiseLevel::unknown;
    for (std::size_t i = 0; i < std::min(sigma.size(), mass.size()); ++i) {
        const double apart = std::abs(std::log(sigma[i] / level));
        if (apart < best) {
            best = apart;
            found = mass[i];
        }
    }
    return found;
}

SeedPoint seed_point(const std::string& losses, long seed, int dim, const std::vector<NoiseLevel>& levels) {
    SeedPoint point;
    point.losses = losses;
    point.seed = seed;
    double loss = 0, exact = 0;
    int n = 0;
    for (const NoiseLevel& l : levels) {
        if (!l.mode_weights.empty()) {
            point.sigma.push_back(l.sigma);
            point.mass.push_back(l.mode_weights[0]);
        }
        if (std::isfinite(l.score_error) && std::isfinite(l.score_energy)) {
            const double v = l.sigma * l.sigma;
            loss += dim - v * (l.score_energy - l.score_error);
            exact += dim - v * l.score_energy;
            ++n;
        }
    }
    if (n > 0) {
        point.loss = loss / n;
        point.exact_loss = exact / n;
    }
    return point;
}

std::vector<SeedPoint> read_seed_points(const std::filesystem::path& file) {
    return seed_points_of(read_file_text(file), file.filename().string());
}

std::vector<SeedPoint> seed_points_of(const std::string& text, const std::string& place) {
    const auto rows = parse_csv(text);
    const auto wrong = [&](const std::string& what) { return ConfigError(place, what); };
    if (rows.empty()) {
        throw wrong("is empty");
    }
    const std::vector<std::string>& head = rows.front();
    const auto column = [&](const std::string& name) {
        const auto it = std::find(head.begin(), head.end(), name);
        if (it == head.end()) {
            throw wrong("has no column " + name);
        }
        return static_cast<std::size_t>(it - head.begin());
    };
    const std::size_t losses = column("losses"), seed = column("seed"), loss = column("loss"),
                      exact = column("exact_loss");
    std::vector<SeedPoint> points;
    for (std::size_t r = 1; r < rows.size(); ++r) {
        if (rows[r].size() != head.size()) {
            throw wrong("row " + std::to_string(r) + " has " + std::to_string(rows[r].size()) +
                        " columns, expected " + std::to_string(head.size()));
        }
        SeedPoint p;
        p.losses = rows[r][losses];
        p.seed = static_cast<long>(parse_csv_number(rows[r][seed]));
        p.loss = parse_csv_number(rows[r][loss]);
        p.exact_loss = parse_csv_number(rows[r][exact]);
        for (std::size_t c = 0; c < head.size(); ++c) {
            if (head[c].rfind(mass_column, 0) == 0) {
                p.sigma.push_back(parse_csv_number(head[c].substr(std::string(mass_column).size())));
                p.mass.push_back(parse_csv_number(rows[r][c]));
            }
        }
        points.push_back(std::move(p));
    }
    return points;
}

std::string seed_points_csv(const std::vector<SeedPoint>& points) {
    std::string text = "losses,seed,loss,exact_loss";
    if (!points.empty()) {
        for (double s : points.front().sigma) {
            text += std::string(",") + mass_column + csv_number(s);
        }
    }
    text += "\n";
    for (const SeedPoint& p : points) {
        text += csv_text(p.losses) + "," + std::to_string(p.seed) + "," + csv_number(p.loss) + "," +
                csv_number(p.exact_loss);
        for (double m : p.mass) {
            text += "," + csv_number(m);
        }
        text += "\n";
    }
    return text;
}

namespace {

/// A step is one of the optimiser, or the judging of one noise level: after a seed's last step and, for a
/// first impression, at an eighth, a quarter and half of its way.
class SeedStudyWork final : public Work {
public:
    SeedStudyWork(const Json& resolved, int n_seeds) : preset_(resolved), wanted_(n_seeds) {}

    void start() override { begin_seed(); }
    void advance() override;
    bool finished() const override { return done() == wanted_; }
    bool at_boundary() const override { return session_->steps_done() == 0; }
    WorkProgress progress() const override {
        return {fraction(), "seed " + std::to_string(done() + 1) + " of " + std::to_string(wanted_)};
    }
    const Json& preset() const override { return preset_; }
    void apply(const Edits&) override {
        throw ConfigError("", "a study takes its settings when it starts; edits count from the next one");
    }
    void archive(StateArchive& archive) override;
    std::shared_ptr<WorkView> view(bool at_rest) override;
    std::shared_ptr<WorkResult> result(const Ending&) override { return nullptr; }

private:
    int done() const { return static_cast<int>(points_.size()); }
    double fraction() const;
    void begin_seed();
    bool judging_due() const;

    Json preset_;
    int wanted_;
    std::vector<SeedPoint> points_;
    std::optional<TrainingSession> session_;  ///< of seed done() + 1
    bool judging_ = false;                    ///< the network as it is now
    std::vector<NoiseLevel> levels_;          ///< judged so far
    std::optional<SeedPoint> on_its_way_;
    long steps_ = 0;
};

void SeedStudyWork::begin_seed() {
    if (!finished()) {
        Json preset = preset_;
        preset["model"]["training"]["seed"] = done() + 1;
        session_.emplace(preset);
    }
    levels_.clear();
    on_its_way_.reset();
    judging_ = !finished() && session_->finished();  // of one taken up at its end
}

bool SeedStudyWork::judging_due() const {
    const long at = session_->steps_done(), all = session_->n_steps();
    return session_->finished() || at == all / 8 || at == all / 4 || at == all / 2;
}

void SeedStudyWork::advance() {
    ++steps_;
    if (!judging_) {
        session_->step();
        judging_ = judging_due();
        return;
    }
    const std::vector<double>& sigmas = session_->sigmas();
    levels_.push_back(session_->level_report(sigmas[levels_.size() * (sigmas.size() - 1) / (n_judged - 1)]));
    if (levels_.size() < n_judged) {
        return;
    }
    SeedPoint point = seed_point(names_of(preset_["model"]), done() + 1, session_->target().dim(), levels_);
    if (session_->finished()) {
        points_.push_back(std::move(point));
        begin_seed();
    } else {
        on_its_way_ = std::move(point);
        levels_.clear();
        judging_ = false;
    }
}

double SeedStudyWork::fraction() const {
    const double part =
        finished() ? 0
                   : static_cast<double>(session_->steps_done()) / static_cast<double>(session_->n_steps());
    return (done() + part) / wanted_;
}

/// Judgements of a seed that were under way are made again.
void SeedStudyWork::archive(StateArchive& archive) {
    std::string points = seed_points_csv(points_);
    archive("points", points);
    if (archive.restoring()) {
        points_ = seed_points_of(points, "the state");
        begin_seed();
    }
    if (!finished()) {
        archive.part("session", *session_);
        judging_ = session_->finished();
        levels_.clear();
    }
}

std::shared_ptr<WorkView> SeedStudyWork::view(bool) {
    auto s = std::make_shared<SeedStudy::State>();
    s->preset = std::make_shared<Json>(preset_);
    s->steps_done = steps_;
    s->done = done();
    s->wanted = wanted_;
    s->fraction = fraction();
    s->points = points_;
    s->on_its_way = on_its_way_;
    return s;
}

}  // namespace

void SeedStudy::start(const Json& resolved, int n_seeds) {
    check_trainable(resolved.value("model", Json::object()));
    runner_.start(resolved, [n_seeds](const Json& preset, const std::stop_token&) {
        return std::make_unique<SeedStudyWork>(preset, n_seeds);
    });
}

}  // namespace tempera
