// SPDX-License-Identifier: MIT
#include "app/workspace.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <sstream>

#include "core/npy.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/result.hpp"

namespace tempera::app {
namespace {

/// Place of a dotted path in a document, made when absent.
Json& slot(Json& document, const std::string& dotted) {
    Json* at = &document;
    std::istringstream parts(dotted);
    for (std::string part; std::getline(parts, part, '.');) {
        if (!at->is_object()) {
            *at = Json::object();
        }
        at = &(*at)[part];
    }
    return *at;
}

void erase_value(Json& document, const std::string& dotted) {
    const std::size_t dot = dotted.rfind('.');
    if (dot == std::string::npos) {
        document.erase(dotted);
        return;
    }
    const Json parent = get_value(document, dotted.substr(0, dot));
    if (parent.is_object()) {
        slot(document, dotted.substr(0, dot)).erase(dotted.substr(dot + 1));
    }
}

std::string clock_text() {
    const std::time_t now = std::time(nullptr);
    char buffer[16];
    std::strftime(buffer, sizeof buffer, "%H:%M:%S", std::localtime(&now));
    return buffer;
}

/// Two box blurs, about a Gaussian, as wide as the counting noise of n particles asks for.
std::shared_ptr<const Grid> blurred(const Grid& grid, long n) {
    auto out = std::make_shared<Grid>(grid);
    const int nx = grid.nx, ny = grid.ny;
    const int radius =
        std::clamp(static_cast<int>(1.0 * nx / std::sqrt(static_cast<double>(std::max(1L, n)))), 1, 6);
    std::vector<float> line;
    const auto pass = [&](float* first, int count, int stride) {
        line.resize(static_cast<std::size_t>(count));
        double sum = 0;
        for (int i = -radius; i < count; ++i) {
            if (i + radius < count) {
                sum += first[static_cast<std::ptrdiff_t>(i + radius) * stride];
            }
            if (i >= 0) {
                line[static_cast<std::size_t>(i)] = static_cast<float>(sum / (2 * radius + 1));
                if (i - radius >= 0) {
                    sum -= first[static_cast<std::ptrdiff_t>(i - radius) * stride];
                }
            }
        }
        for (int i = 0; i < count; ++i) {
            first[static_cast<std::ptrdiff_t>(i) * stride] =
                std::max(0.0f, line[static_cast<std::size_t>(i)]);
        }
    };
    for (int round = 0; round < 2; ++round) {
        for (int y = 0; y < ny; ++y) {
            pass(out->value.data() + static_cast<std::ptrdiff_t>(y) * nx, nx, 1);
        }
        for (int x = 0; x < nx; ++x) {
            pass(out->value.data() + x, ny, nx);
        }
    }
    out->max = out->value.empty() ? 0 : *std::max_element(out->value.begin(), out->value.end());
    return out;
}

/// Density of the drawn particles over the same extent as the exact maps, for thumbnails.
std::shared_ptr<const Grid> thumbnail_grid(const SpriteSet& s, const PathMaps& maps) {
    Grid grid;
    grid.nx = grid.ny = 128;
    grid.x_min = maps.box[0], grid.x_max = maps.box[1], grid.y_min = maps.box[2], grid.y_max = maps.box[3];
    grid.value.assign(static_cast<std::size_t>(grid.nx) * grid.ny, 0.0f);
    for (std::size_t i = 0; i < s.x.size(); ++i) {
        const double u = (s.x[i] - grid.x_min) / (grid.x_max - grid.x_min),
                     v = (s.y[i] - grid.y_min) / (grid.y_max - grid.y_min);
        if (u >= 0 && u < 1 && v >= 0 && v < 1) {
            const auto cell =
                static_cast<std::size_t>(v * grid.ny) * grid.nx + static_cast<std::size_t>(u * grid.nx);
            grid.value[cell] += i < s.weight.size() ? s.weight[i] : 1.0f;
        }
    }
    return blurred(grid, static_cast<long>(s.x.size()));
}

bool is_type(const std::string& dotted) {
    return dotted.size() > 5 && dotted.compare(dotted.size() - 5, 5, ".type") == 0;
}

}  // namespace

Workspace::Workspace(std::unique_ptr<EngineLink> link)
    : link_(std::move(link)), mapper_(std::make_unique<PathMapper>()), document_(Json::object()),
      snapshot_(link_->latest()) {}

Workspace::~Workspace() { link_->set_on_publish({}); }

void Workspace::note(LogLine::Kind kind, const std::string& text) {
    log_.push_back({kind, clock_text(), text});
    if (log_.size() > 1000) {
        log_.pop_front();
    }
}

void Workspace::report(const std::string& title, const std::exception& e) {
    Message message{title, {}};
    if (const auto* config = dynamic_cast<const ConfigError*>(&e)) {
        for (const Problem& p : config->problems()) {
            message.lines.push_back((p.place.empty() ? "" : p.place + ": ") + p.text);
        }
    } else {
        message.lines.emplace_back(e.what());
    }
    for (const std::string& line : message.lines) {
        note(LogLine::Kind::error, line);
    }
    messages.push_back(std::move(message));
}

bool Workspace::open(const std::filesystem::path& file) {
    if (std::filesystem::is_directory(file)) {
        return open_run(file);
    }
    try {
        Json document = load_preset(file);
        std::vector<Problem> problems = check_preset(document);
        if (!problems.empty()) {
            throw ConfigError(std::move(problems));
        }
        adopt(std::move(document), file);
    } catch (const std::exception& e) {
        report(file.filename().string() + " cannot be opened. Nothing was changed.", e);
        return false;
    }
    note(LogLine::Kind::command, "open " + file.string());
    if (autostart) {
        start();
    }
    return true;
}

bool Workspace::open_run(const std::filesystem::path& folder) {
    try {
        Json document = load_preset(folder / "preset.json");
        document = resolve_preset(document);
        adopt(std::move(document), folder / "preset.json");
    } catch (const std::exception& e) {
        report(folder.filename().string() + " is not a readable run folder. Nothing was changed.", e);
        return false;
    }
    note(LogLine::Kind::command, "open " + folder.string());
    list_stored(folder);
    if (autostart) {
        start();
    }
    return true;
}

/// The stored numbers of a run folder join the list of runs, so that the run that starts now can be compared.
void Workspace::list_stored(const std::filesystem::path& folder) {
    try {
        const RunResult stored = read_run_folder(folder);
        const auto number = [&](const char* key) {
            const Json v = get_value(stored.summary, key);
            return v.is_number() ? v.get<double>() : std::nan("");
        };
        const auto type = [&](const char* key) {
            const Json t = get_value(stored.preset, key);
            return t.is_string() ? t.get<std::string>() : std::string();
        };
        FinishedRun run;
        run.stored = true;
        run.name = folder.filename().string();
        run.sampler = type("sampler.type");
        run.kernel = type("kernel.type");
        run.ess = number("ess_fraction");
        run.log_z = std::isfinite(number("log_z_error")) ? number("log_z_error") : number("log_z");
        run.seconds = number("seconds.total");
        run.mode_error = std::nan("");
        const Json known = get_value(stored.summary, "mode_weights.true"),
                   weighted = get_value(stored.summary, "mode_weights.weighted");
        const Json found = weighted.is_array() ? weighted : get_value(stored.summary, "mode_weights.sampled");
        if (known.is_array() && found.is_array() && known.size() == found.size() && !known.empty()) {
            run.mode_error =
                total_variation(found.get<std::vector<double>>(), known.get<std::vector<double>>());
        }
        run.preset = stored.preset;
        runs_.push_back(std::move(run));
        note(LogLine::Kind::note,
             folder.filename().string() + ": the stored result is listed in Runs; its preset runs again");
    } catch (const std::exception& e) {
        note(LogLine::Kind::warning, folder.filename().string() +
                                         ": the stored result cannot be read; its preset runs again (" +
                                         e.what() + ")");
    }
}

void Workspace::adopt(Json document, std::filesystem::path file) {
    link_->cancel();
    document_ = std::move(document);
    saved_ = document_;
    file_ = std::move(file);
    undo_.clear();
    redo_.clear();
    open_edit_.clear();
    follow_ = true;
    checked(false);
    const auto absolute = std::filesystem::absolute(file_);
    std::erase(recents_, absolute);
    recents_.insert(recents_.begin(), absolute);
    if (recents_.size() > 12) {
        recents_.pop_back();
    }
}

bool Workspace::save() {
    if (file_.empty()) {
        return false;
    }
    return save_as(file_);
}

bool Workspace::save_as(const std::filesystem::path& file) {
    try {
        write_file_atomically(file, format_preset(document_) + "\n");
    } catch (const std::exception& e) {
        report(file.filename().string() + " could not be saved", e);
        return false;
    }
    file_ = file;
    saved_ = document_;
    note(LogLine::Kind::command, "save " + file.string());
    return true;
}

std::string Workspace::name() const {
    const Json n = get_value(document_, "name");
    if (n.is_string() && !n.get<std::string>().empty()) {
        return n.get<std::string>();
    }
    return file_.empty() ? "untitled" : file_.stem().string();
}

Json Workspace::value(const std::string& dotted) const {
    const Json own = get_value(document_, dotted);
    return own.is_null() ? get_value(resolved_, dotted) : own;
}

const Problem* Workspace::problem_at(const std::string& dotted) const {
    for (const Problem& p : problems_) {
        if (p.place == dotted || p.place.rfind(dotted + "[", 0) == 0) {
            return &p;
        }
    }
    return nullptr;
}

void Workspace::set(const std::string& dotted, Json value) {
    if (get_value(document_, dotted) == value) {
        return;
    }
    if (open_edit_ != dotted) {
        undo_.push_back({document_, dotted});
        if (undo_.size() > 300) {
            undo_.pop_front();
        }
        open_edit_ = dotted;
    }
    redo_.clear();
    if (is_type(dotted)) {
        const std::string section = dotted.substr(0, dotted.size() - 5);
        Json fresh = Json::object();
        fresh["type"] = value;
        if (section == "path" && document_.contains("path")) {  // what means the same on every path stays
            for (const char* key : {"n_levels", "standardise"}) {
                if (document_["path"].contains(key)) {
                    fresh[key] = document_["path"][key];
                }
            }
        }
        if (section == "sampler") {
            const Json n = get_value(document_, "sampler.n_particles");
            for (const Field& f : section_fields("sampler", value.get<std::string>())) {
                if (f.name == "n_particles" && !n.is_null()) {
                    fresh["n_particles"] = n;
                }
            }
        }
        slot(document_, section) = std::move(fresh);
    } else {
        slot(document_, dotted) = std::move(value);
    }
    checked(true);
}

void Workspace::commit() {
    if (open_edit_.empty()) {
        return;
    }
    const Json v = value(open_edit_);
    note(LogLine::Kind::command, "set " + open_edit_ + " = " + v.dump());
    open_edit_.clear();
}

bool Workspace::differs_from_file(const std::string& dotted) const {
    return get_value(document_, dotted) != get_value(saved_, dotted);
}

void Workspace::reset(const std::string& dotted) {
    const Json old = get_value(saved_, dotted);
    undo_.push_back({document_, dotted});
    redo_.clear();
    open_edit_.clear();
    if (old.is_null()) {
        erase_value(document_, dotted);
    } else {
        slot(document_, dotted) = old;
    }
    checked(true);
}

void Workspace::revert_all() {
    undo_.push_back({document_, "everything"});
    redo_.clear();
    open_edit_.clear();
    document_ = saved_;
    checked(true);
}

void Workspace::undo() {
    if (undo_.empty()) {
        return;
    }
    open_edit_.clear();
    redo_.push_back({document_, undo_.back().what});
    document_ = undo_.back().document;
    note(LogLine::Kind::command, "undo " + undo_.back().what);
    undo_.pop_back();
    checked(true);
}

void Workspace::redo() {
    if (redo_.empty()) {
        return;
    }
    open_edit_.clear();
    undo_.push_back({document_, redo_.back().what});
    document_ = redo_.back().document;
    note(LogLine::Kind::command, "redo " + redo_.back().what);
    redo_.pop_back();
    checked(true);
}

/// Checks the edited document, keeps its last good resolved form, and sends to the run what may change live.
void Workspace::checked(bool may_edit_run) {
    problems_ = check_preset(document_);
    if (problems_.empty()) {
        try {
            resolved_ = resolve_preset(document_);
        } catch (const ConfigError& e) {
            problems_ = e.problems();
        }
    }
    if (problems_.empty()) {
        mapper_->request(resolved_);
        if (may_edit_run) {
            send_edits();
        }
    }
}

void Workspace::send_edits() {
    pending_.clear();
    if (!snapshot_ || !snapshot_->preset || !busy()) {
        return;
    }
    const Json& running = *snapshot_->preset;
    Json wanted = running;
    bool live = false;
    for (const char* section : {"path", "kernel", "moves", "sampler", "run", "target", "model"}) {
        if (!running.contains(section) || !resolved_.contains(section)) {
            continue;
        }
        Json part = running;
        part[section] = resolved_[section];
        bool cold = false;
        std::vector<std::string> different = preset_difference(running, part);
        for (const std::string& field : different) {
            if (change_class(resolved_, field) == Change::cold) {
                cold = true;
                pending_.push_back(field);
            }
        }
        if (different.empty()) {
            continue;
        }
        if (!cold) {
            wanted[section] = resolved_[section];
            live = true;
            continue;
        }
        for (const std::string& field : different) {
            const Json v = get_value(resolved_, field);
            if (change_class(resolved_, field) != Change::cold && !v.is_null() &&
                !get_value(running, field).is_null()) {
                slot(wanted, field) = v;
                live = true;
            }
        }
    }
    if (!live) {
        return;
    }
    try {
        link_->edit(wanted);
    } catch (const std::exception& e) {
        note(LogLine::Kind::error, e.what());
    }
}

bool Workspace::busy() const {
    const RunState s = snapshot_->state;
    return s == RunState::preparing || s == RunState::running || s == RunState::paused;
}

void Workspace::start(bool paused) {
    if (!problems_.empty()) {
        Message m{"This preset cannot run yet", {}};
        for (const Problem& p : problems_) {
            m.lines.push_back(p.place + ": " + p.text);
        }
        messages.push_back(std::move(m));
        return;
    }
    try {
        started_run_ = link_->start(resolved_, paused);
        pending_.clear();
        follow_ = true;
        playing_ = false;
        note(LogLine::Kind::note, "run " + std::to_string(started_run_) + " started: " + name());
    } catch (const std::exception& e) {
        report("The run could not start", e);
    }
}

void Workspace::run_or_pause() {
    switch (snapshot_->state) {
    case RunState::running:
    case RunState::preparing:
        link_->pause();
        break;
    case RunState::paused:
        link_->resume();
        break;
    default:
        start();
        break;
    }
}

void Workspace::restart(bool new_seed) {
    if (new_seed) {
        const Json seed = value("run.seed");
        set("run.seed", (seed.is_number() ? seed.get<long>() : 0) + 1);
        commit();
    }
    start();
}

void Workspace::stop() {
    if (busy()) {
        link_->cancel();
    }
}

void Workspace::step_move() {
    if (!busy()) {
        start(true);
    }
    link_->step_move();
}

void Workspace::step_level() {
    if (!busy()) {
        start(true);
    }
    link_->step_level();
}

void Workspace::set_pace(double boundaries_per_second) {
    pace_ = boundaries_per_second;
    link_->set_pace(pace_);
}

void Workspace::update(float seconds) {
    const auto before = std::chrono::steady_clock::now();
    std::shared_ptr<const Snapshot> latest = link_->latest();
    std::shared_ptr<const PathMaps> maps = mapper_->latest();
    const std::chrono::duration<double, std::micro> wait = std::chrono::steady_clock::now() - before;
    if (lock_waits.size() >= 4096) {
        lock_waits.erase(lock_waits.begin(), lock_waits.begin() + 2048);
    }
    lock_waits.push_back(wait.count());
    maps_ = std::move(maps);
    if (latest != snapshot_) {
        snapshot_ = std::move(latest);
        take_snapshot();
    }
    if (maps_ && maps_->box[1] > maps_->box[0]) {
        for (auto& [level, p] : pictures_) {
            if (!p.smooth && p.sprites) {
                p.smooth = thumbnail_grid(*p.sprites, *maps_);
            }
        }
    }
    if (playing_) {
        const int n = n_levels();
        play_position_ += seconds * std::max(6.0, n / 5.0);
        looked_at_ = std::max(0, n - static_cast<int>(play_position_));
        if (looked_at_ == 0 && play_position_ > n + 2) {
            playing_ = false;
        }
    }
}

void Workspace::take_snapshot() {
    const Snapshot& s = *snapshot_;
    if (s.run_id != pictures_run_) {
        pictures_.clear();
        pictures_run_ = s.run_id;
        warnings_logged_ = edits_logged_ = 0;
    }
    if (s.sprites) {
        LevelPicture& p = pictures_[s.level];
        p = {s.sprites, s.density, nullptr};
        // About 1 MB a level at most; a long path keeps every level, a very long one the recent half.
        if (pictures_.size() > 400) {
            pictures_.erase(std::prev(pictures_.end()));
        }
    }
    for (; edits_logged_ < s.edits.size(); ++edits_logged_) {
        note(LogLine::Kind::note,
             s.edits[edits_logged_].text + " at level " + std::to_string(s.edits[edits_logged_].level));
    }
    for (; warnings_logged_ < s.warnings.size(); ++warnings_logged_) {
        note(LogLine::Kind::warning, s.warnings[warnings_logged_].text);
    }
    if (!busy()) {
        pending_.clear();
        if (s.run_id != remembered_run_ && s.run_id == started_run_ && s.state != RunState::idle) {
            remember_run();
        }
    } else if (problems_.empty() && s.preset && pending_.empty() == false) {
        std::erase_if(pending_, [&](const std::string& f) {
            return get_value(*s.preset, f) == get_value(resolved_, f);
        });
    }
}

void Workspace::remember_run() {
    const Snapshot& s = *snapshot_;
    remembered_run_ = s.run_id;
    FinishedRun run;
    run.id = s.run_id;
    run.state = s.state;
    run.preset = s.preset ? *s.preset : resolved_;
    run.name = run.preset.value("name", name());
    const auto type = [&](const char* section) {
        const Json t = get_value(run.preset, std::string(section) + ".type");
        return t.is_string() ? t.get<std::string>() : std::string();
    };
    run.sampler = type("sampler");
    run.kernel = type("kernel");
    run.ess = s.ess_fraction;
    run.log_z = s.log_z_true ? s.log_z - *s.log_z_true : s.log_z;
    run.seconds = s.seconds;
    run.mode_error = std::nan("");
    if (s.modes && !s.modes->empty()) {
        const ModeRow& row = s.modes->back();
        const std::vector<double>& got = row.weighted.empty() ? row.sampled : row.weighted;
        if (got.size() == row.exact.size() && !got.empty()) {
            run.mode_error = total_variation(got, row.exact);
        }
    }
    runs_.push_back(run);
    if (runs_.size() > 200) {
        runs_.erase(runs_.begin());
    }
    std::string text = "run " + std::to_string(run.id) + " " + to_string(run.state);
    if (run.state == RunState::failed) {
        note(LogLine::Kind::error, text + ": " + s.error);
        return;
    }
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, ": log Z %.3f, ESS %.3f, %.2f s", s.log_z, s.ess_fraction,
                  s.seconds);
    note(LogLine::Kind::note, text + numbers);
}

int Workspace::n_levels() const {
    if (snapshot_->n_levels > 0) {
        return snapshot_->n_levels;
    }
    return maps_ ? maps_->n_levels : 0;
}

int Workspace::level() const {
    if (follow_) {
        return snapshot_->state == RunState::idle && !snapshot_->sprites ? n_levels() : snapshot_->level;
    }
    return std::clamp(looked_at_, 0, n_levels());
}

void Workspace::look_at(int level) {
    follow_ = false;
    playing_ = false;
    looked_at_ = std::clamp(level, 0, n_levels());
}

void Workspace::play() {
    if (playing_) {
        playing_ = false;
        return;
    }
    follow_ = false;
    playing_ = true;
    play_position_ = 0;
    looked_at_ = n_levels();
}

const LevelPicture* Workspace::picture(int level) const {
    const auto it = pictures_.find(level);
    return it == pictures_.end() ? nullptr : &it->second;
}

const LevelPicture* Workspace::nearest_picture(int level, int within) const {
    for (int d = 0; d <= within; ++d) {
        for (int l : {level + d, level - d}) {
            if (const LevelPicture* p = picture(l)) {
                return p;
            }
        }
    }
    return nullptr;
}

const ModeRow* Workspace::mode_row(int level) const {
    if (snapshot_->modes) {
        for (auto it = snapshot_->modes->rbegin(); it != snapshot_->modes->rend(); ++it) {
            if (it->level == level) {
                return &*it;
            }
        }
    }
    return nullptr;
}

const LevelStats* Workspace::level_stats(int level) const {
    if (snapshot_->levels) {
        for (auto it = snapshot_->levels->rbegin(); it != snapshot_->levels->rend(); ++it) {
            if (it->level == level) {
                return &*it;
            }
        }
    }
    return nullptr;
}

std::string Workspace::command_line() const {
    std::string line = "./tempera run " + (file_.empty() ? std::string("preset.json") : file_.string());
    if (problems_.empty() && !saved_.empty() && modified()) {
        try {
            for (const std::string& field : preset_difference(resolve_preset(saved_), resolved_)) {
                const Json v = get_value(resolved_, field);
                line += " --set '" + field + "=" + (v.is_string() ? v.get<std::string>() : v.dump()) + "'";
            }
        } catch (const std::exception&) {  // the file's own form is always good; nothing to add
        }
    }
    return line;
}

}  // namespace tempera::app
