// SPDX-License-Identifier: MIT
#include "app/stories/story.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/learning/blindness_board.hpp"
#include "app/shell/workbench.hpp"
#include "core/build_id.hpp"
#include "core/files.hpp"
#include "core/number_text.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/figures/blindness_figures.hpp"

namespace tempera::app {
namespace {

std::filesystem::path story_folder() {
    return std::filesystem::path(TEMPERA_SOURCE_DIR) / "assets" / "stories";
}

/// Reads a JSON object's keys; whatever is left over is an error that names it.
class Reader {
public:
    Reader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {
        if (!object.is_object()) {
            throw ConfigError(place_, "must be an object");
        }
    }
    template <class T>
    T get(const char* key, T otherwise) {
        known_.emplace_back(key);
        try {
            return object_.contains(key) ? object_[key].get<T>() : otherwise;
        } catch (const std::exception&) {
            throw ConfigError(place_ + "." + key, "has the wrong type");
        }
    }
    std::string text(const char* key) {
        const std::string value = get<std::string>(key, {});
        if (value.empty()) {
            throw ConfigError(place_ + "." + key, "is missing");
        }
        return value;
    }
    const Json& list(const char* key) {
        static const Json none = Json::array();
        known_.emplace_back(key);
        return object_.contains(key) ? object_[key] : none;
    }
    bool has(const char* key) const { return object_.contains(key); }
    void finish() const {
        for (const auto& [key, value] : object_.items()) {
            if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
                throw ConfigError(place_ + "." + key, "is not known");
            }
        }
    }

private:
    const Json& object_;
    std::string place_;
    std::vector<std::string> known_;
};

StoryCheck read_check(const Json& json, const std::string& place) {
    Reader r(json, place);
    StoryCheck c;
    c.quantity = r.text("quantity");
    c.says = r.text("says");
    c.mode = r.get("mode", c.mode);
    c.name = r.get("name", c.name);
    c.decimals = r.get("decimals", c.decimals);
    const auto between = r.get("between", std::vector<double>{c.low, c.high});
    if (between.size() != 2) {
        throw ConfigError(place + ".between", "needs two numbers");
    }
    c.low = between[0];
    c.high = between[1];
    for (const auto& [key, kind] :
         {std::pair{"level", PathPlace::Kind::level}, std::pair{"noise", PathPlace::Kind::noise},
          std::pair{"beta", PathPlace::Kind::beta}}) {
        if (r.has(key)) {
            c.at = PathPlace{kind, r.get(key, 0.0)};
        }
    }
    r.finish();
    return c;
}

StoryStep read_step(const Json& json, const std::string& place) {
    Reader r(json, place);
    StoryStep step;
    step.title = r.text("title");
    for (const std::string& paragraph : r.get("caption", std::vector<std::string>{})) {
        step.caption += (step.caption.empty() ? "" : "\n\n") + paragraph;
    }
    step.actions = r.get("do", std::vector<std::string>{});
    int i = 0;
    for (const Json& check : r.list("check")) {
        step.checks.push_back(read_check(check, place + ".check[" + std::to_string(i++) + "]"));
    }
    i = 0;
    for (const Json& json_offer : r.list("offer")) {
        Reader o(json_offer, place + ".offer[" + std::to_string(i++) + "]");
        StoryOffer offer;
        offer.label = o.text("label");
        offer.actions = o.get("do", std::vector<std::string>{});
        o.finish();
        step.offers.push_back(std::move(offer));
    }
    r.finish();
    return step;
}

std::optional<double> mode_mass(const Workbench& bench, const StoryCheck& c) {
    const std::optional<int> level = c.at ? level_at(bench, *c.at) : std::optional<int>(0);
    if (!level) {
        return {};
    }
    const auto of = [&](const std::vector<double>& v) {
        const auto m = static_cast<std::size_t>(c.mode);
        return m < v.size() && std::isfinite(v[m]) ? std::optional<double>(v[m]) : std::nullopt;
    };
    if (c.quantity == "learned" || c.quantity == "score_error") {
        const LearnedMaps* maps = bench.learning.maps();
        const auto k = static_cast<std::size_t>(*level);
        if (!maps || k >= maps->levels.size()) {
            return {};
        }
        const LearnedLevel& l = maps->levels[k];
        const double share = l.score_error / l.score_energy;
        return c.quantity == "learned" ? of(l.weights)
               : std::isfinite(share)  ? std::optional<double>(share)
                                       : std::nullopt;
    }
    const ModeRow* row = bench.workspace.busy() ? nullptr : bench.workspace.mode_row(*level);
    return !row ? std::nullopt
                : of(c.quantity == "exact"     ? row->exact
                     : c.quantity == "sampled" ? row->sampled
                                               : row->weighted);
}

std::optional<double> of_run(const Workbench& bench, const std::string& quantity) {
    const Snapshot& s = bench.workspace.snapshot();
    if (s.state != RunState::finished) {
        return {};
    }
    double v = std::nan("");
    if (quantity == "ess") {
        v = s.ess_fraction;
    } else if (quantity == "least_ess") {
        if (const Series* ess = s.record->find("ess_fraction")) {
            v = 1;
            for (const double e : ess->y) {
                v = std::isfinite(e) ? std::min(v, e) : v;
            }
        }
    } else if (quantity == "log_z_error") {
        v = s.log_z_true ? s.log_z - *s.log_z_true : v;
    } else if (quantity == "resamplings") {
        v = s.n_resamplings;
    } else if (const ModeRow* row = bench.workspace.mode_row(0)) {  // tv
        const bool known = row->weighted.size() == row->exact.size() && !row->exact.empty();
        v = known ? total_variation(row->weighted, row->exact) : v;
    }
    return std::isfinite(v) ? std::optional<double>(v) : std::nullopt;
}

std::optional<double> of_curves(const Workbench& bench, const std::string& quantity) {
    const WrongWeightCurves* c = bench.blindness->curves();
    if (!c || c->assumed != bench.blindness->assumed || c->here.sigma != noise_in_view(bench.workspace)) {
        return {};
    }
    const double s = c->here.sigma;
    return quantity == "density_change" ? c->here.kl
           : quantity == "loss_change"  ? s * s * c->here.fisher_gap
                                        : c->here.fisher_gap;
}

std::optional<double> of_seeds(const BlindnessBoard& board, const std::string& quantity) {
    const std::vector<SeedPoint>& seeds = board.seeds();
    double mass = std::numeric_limits<double>::infinity(), low = mass, high = 0;
    for (const SeedPoint& p : seeds) {
        if (p.losses == seeds.front().losses) {
            mass = std::min(mass, p.mass_at(telling_sigma));
            const double share = p.loss / p.exact_loss;  // each judged on points of its own
            low = std::min(low, share);
            high = std::max(high, share);
        }
    }
    if (seeds.empty()) {
        return {};
    }
    return quantity == "seed_mass_least" ? mass : high - low;
}

bool one_of(const std::string& text, std::initializer_list<const char*> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

std::string said(const StoryCheck& c, double value) {
    char number[48];
    std::snprintf(number, sizeof number, "%.*f", std::max(0, c.decimals), value);
    std::string text = c.says;
    const std::size_t at = text.find("{}");
    if (at != std::string::npos) {
        text.replace(at, 2, c.decimals < 0 ? small_number(value) : number);
    }
    return text;
}

std::string bounds(const StoryCheck& c) {
    return std::isinf(c.high)  ? "at least " + small_number(c.low)
           : std::isinf(c.low) ? "at most " + small_number(c.high)
                               : small_number(c.low) + " to " + small_number(c.high);
}

}  // namespace

Story load_story(const std::filesystem::path& file) {
    const std::vector<std::uint8_t> bytes = read_file_bytes(file);
    const Json json = parse_json(bytes);
    if (json.is_discarded()) {
        throw ConfigError(file.filename().string(), "is not valid JSON");
    }
    Reader r(json, file.filename().string());
    if (r.text("schema") != "tempera-story" || r.get("version", 0) != 1) {
        throw ConfigError(file.filename().string(), "needs schema \"tempera-story\", version 1");
    }
    Story story{r.text("name"), r.text("title"), r.text("summary"), {}};
    int i = 1;
    for (const Json& step : r.list("steps")) {
        story.steps.push_back(read_step(step, "step " + std::to_string(i++)));
    }
    r.finish();
    if (story.steps.empty()) {
        throw ConfigError(file.filename().string(), "has no steps");
    }
    return story;
}

std::vector<std::pair<std::string, std::string>> shipped_stories() {
    std::vector<std::pair<std::string, std::string>> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(story_folder(), ignored)) {
        if (entry.path().extension() == ".json") {
            try {
                found.emplace_back(entry.path().stem().string(), load_story(entry.path()).title);
            } catch (const std::exception&) {  // starting it says why it cannot be read
                found.emplace_back(entry.path().stem().string(), entry.path().stem().string());
            }
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::optional<double> measure(const Workbench& bench, const StoryCheck& check) {
    const std::string& q = check.quantity;
    if (one_of(q, {"exact", "sampled", "weighted", "learned", "score_error"})) {
        return mode_mass(bench, check);
    }
    if (one_of(q, {"ess", "least_ess", "log_z_error", "resamplings", "tv"})) {
        return of_run(bench, q);
    }
    if (one_of(q, {"score_change", "loss_change", "density_change"})) {
        return of_curves(bench, q);
    }
    if (one_of(q, {"seed_mass_least", "seed_loss_spread"})) {
        return of_seeds(*bench.blindness, q);
    }
    if (q == "remedy_tv") {
        for (const StudiedRemedy& r : bench.blindness->remedies()) {
            if (r.name == check.name) {
                return r.tv;
            }
        }
        return {};
    }
    throw ConfigError(q, "is not a quantity of stories");
}

void StoryTeller::start(const std::string& name, std::size_t step) {
    start(load_story(story_folder() / (name + ".json")), step);
}

void StoryTeller::start(Story story, std::size_t step) {
    story_ = std::move(story);
    go(step);
}

void StoryTeller::go(std::size_t step) {
    if (!story_) {
        return;
    }
    step_ = std::min(step, story_->steps.size() - 1);
    queue_.assign(now().actions.begin(), now().actions.end());
    findings_.assign(now().checks.size(), {});
    error_.clear();
}

void StoryTeller::next() { go(step_ + 1); }
void StoryTeller::back() { go(step_ > 0 ? step_ - 1 : 0); }

void StoryTeller::take_offer(std::size_t index) {
    if (story_ && index < now().offers.size()) {
        const std::vector<std::string>& actions = now().offers[index].actions;
        queue_.assign(actions.begin(), actions.end());
        findings_.assign(now().checks.size(), {});
        error_.clear();
    }
}

void StoryTeller::close() {
    story_.reset();
    queue_.clear();
    findings_.clear();
}

bool StoryTeller::settled() const {
    return queue_.empty() && std::none_of(findings_.begin(), findings_.end(),
                                          [](const Finding& f) { return f.state == State::waiting; });
}

void StoryTeller::update(Workbench& bench) {
    if (!story_) {
        return;
    }
    try {
        while (!queue_.empty()) {
            const std::string line = queue_.front();
            if (!(hurry && line.rfind("pace", 0) == 0) && perform(bench, line) == Performed::later) {
                break;
            }
            queue_.pop_front();
            if (line.rfind("wait", 0) != 0) {
                bench.workspace.note(LogLine::Kind::command, line);
            }
        }
        for (std::size_t i = 0; queue_.empty() && i < findings_.size(); ++i) {
            if (findings_[i].state == State::holds) {
                continue;  // it was found; what the person does from here on is no longer this step
            }
            const StoryCheck& check = now().checks[i];
            const std::optional<double> value = measure(bench, check);
            if (!value) {
                continue;
            }
            const bool holds = *value >= check.low && *value <= check.high;
            findings_[i] = {holds ? State::holds : State::differs, *value, said(check, *value)};
            if (!holds) {
                findings_[i].text += " This step expects " + bounds(check) + ".";
            }
        }
    } catch (const std::exception& e) {
        queue_.clear();
        error_ = e.what();
        bench.workspace.note(LogLine::Kind::error, error_);
    }
}

}  // namespace tempera::app
