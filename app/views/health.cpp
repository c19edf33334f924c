// SPDX-License-Identifier: MIT
// The numbers that say whether a run can be trusted, and what to do when not.
#include <cmath>

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "run/figures/learned_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

enum class Mark { none, good, warning, bad };

void row(const Theme& theme, const char* name, const std::string& value, const std::string& note, Mark mark,
         const std::string& meaning) {
    const ImVec2 at = ImGui::GetCursorPos();
    const Palette& p = theme.colours();
    const unsigned ink = mark == Mark::good      ? p.good
                         : mark == Mark::warning ? p.warning
                         : mark == Mark::bad     ? p.bad
                                                 : p.text;
    ImGui::BeginGroup();
    ImGui::TextColored(theme.dim(), "%s", name);
    // The sign or the first digit starts here; a leading minus hangs to the left, so that digits align.
    ImGui::SetCursorPos(
        {at.x + theme.px(96) - (value[0] == '-' || value[0] == '+' ? theme.px(7.5f) : 0), at.y});
    {
        const Face mono(theme.mono, Theme::number_size);
        ImGui::TextColored(Theme::vec(ink), "%s", value.c_str());
    }
    if (!note.empty()) {
        ImGui::SameLine(0, theme.px(8));
        const Face small(theme.body, Theme::small_size);
        ImGui::SetCursorPosY(at.y + theme.px(1));
        const float room = ImGui::GetContentRegionAvail().x;
        if (ImGui::CalcTextSize(note.c_str()).x <= room) {
            ImGui::TextColored(theme.dim(), "%s", note.c_str());
        } else {
            ImGui::NewLine();
        }
    }
    ImGui::EndGroup();
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) {
        ImGui::BeginTooltip();
        ImGui::PushTextWrapPos(theme.px(320));
        ImGui::TextUnformatted(meaning.c_str());
        if (!note.empty()) {
            ImGui::TextColored(theme.dim(), "%s", note.c_str());
        }
        ImGui::PopTextWrapPos();
        ImGui::EndTooltip();
    }
    ImGui::SetCursorPos(at);
    ImGui::Dummy({theme.px(1), theme.px(15)});
}

void weights_rows(const Theme& theme, const Snapshot& s) {
    const double e = s.ess_fraction;
    row(theme, "ESS / N", fixed(e, 3), e > 0 && e < 0.1 ? "few particles carry all" : "",
        !std::isfinite(e) ? Mark::none
        : e >= 0.3        ? Mark::good
        : e >= 0.1        ? Mark::warning
                          : Mark::bad,
        "Effective sample size: (sum w)^2 / (N sum w^2). 1 = all weights equal.");
}

void rows(Workbench& bench, const Snapshot& s) {
    const Theme& theme = bench.theme;
    if (!s.exchange) {
        weights_rows(theme, s);
    }
    std::string note;
    Mark mark = Mark::none;
    if (std::isfinite(s.log_z_stderr)) {
        note = "\xc2\xb1 " + fixed(s.log_z_stderr, 3);
    } else if (s.state == RunState::finished && !s.log_z_stderr_missing.empty()) {
        note = "no error known: " + s.log_z_stderr_missing;
    }
    // On the way down it is that of the level reached: the truth of the target says nothing of it.
    const bool on_the_way = !s.exchange && s.level > 0;
    if (on_the_way) {
        note += (note.empty() ? "" : "   ") + std::string("at level ") + std::to_string(s.level);
    } else if (s.log_z_true) {
        note += (note.empty() ? "" : "   ") + std::string("truth ") + fixed(*s.log_z_true, 3);
        if (std::isfinite(s.log_z_stderr) && s.log_z_stderr > 0 && s.state == RunState::finished) {
            const double z = std::abs(s.log_z - *s.log_z_true) / s.log_z_stderr;
            mark = z < 3 ? Mark::good : z < 5 ? Mark::warning : Mark::bad;
        }
    }
    row(theme, "log Z", fixed(s.log_z, 3), note, mark,
        "Estimated log normalising constant of the target relative to the reference, with one standard "
        "error.");
    if (!s.exchange) {
        const double k = s.pareto_k;
        const bool matters = !(s.ess_fraction >= 0.9);  // nearly equal weights have no tail to speak of
        row(theme, "k-hat", fixed(k, 2),
            !std::isfinite(k)     ? ""
            : k > 0.7 && !matters ? "harmless here"
                                  : "good below 0.7",
            !std::isfinite(k) ? Mark::none
            : k <= 0.7        ? Mark::good
            : !matters        ? Mark::none
            : k < 1           ? Mark::warning
                              : Mark::bad,
            "Tail index of the largest weights (generalised Pareto fit). Above 0.7 averages over these "
            "weights converge slowly; above 1 not at all. Where the weights are nearly equal (ESS / N above "
            "0.9) "
            "they have no tail to speak of.");
        const double share =
            s.n_particles > 0 ? static_cast<double>(s.unique_roots) / static_cast<double>(s.n_particles) : 1;
        row(theme, "roots", grouped(s.unique_roots), "of " + grouped(s.n_particles),
            s.unique_roots <= 0 ? Mark::none
            : share >= 0.02     ? Mark::none
                                : Mark::warning,
            "Distinct ancestors at the reference that still have descendants. Few roots: the particles share "
            "their history.");
        row(theme, "resampled", std::to_string(s.n_resamplings), s.n_resamplings == 1 ? "time" : "times",
            Mark::none, "How often particles were resampled by weight.");
    } else if (s.exchange_stats) {
        const ExchangeStats& x = *s.exchange_stats;
        const double least = x.min_swap_acceptance();
        row(theme, "least swap", fixed(least, 3), "acceptance",
            !std::isfinite(least) ? Mark::none
            : least >= 0.1        ? Mark::good
            : least >= 0.02       ? Mark::warning
                                  : Mark::bad,
            "Smallest swap acceptance over neighbouring levels. Near 0 no replica gets past this pair: add "
            "levels there.");
        row(theme, "barrier", fixed(x.communication_barrier(), 2), "sum of rejections", Mark::none,
            "Communication barrier: the sum of swap rejections over pairs. About twice as many levels serve "
            "it well.");
        row(theme, "round trips", grouped(x.round_trips), "since scan " + grouped(x.counted_from), Mark::none,
            "Ways of a replica from the reference to the target and back, over all ladders. At the end of "
            "the burn-in counting begins anew.");
        row(theme, "per scan", fixed(x.round_trips_per_scan(), 4),
            "predicted " + fixed(x.predicted_round_trips_per_scan(), 4), Mark::none,
            "Round trips of a ladder in one scan, and as many as there were if replicas mixed within their "
            "levels at once (Syed et al. 2022).");
        row(theme, "BAR", fixed(x.log_z_bar, 3),
            x.log_z_bar_error.known() ? "\xc2\xb1 " + fixed(x.log_z_bar_error.value, 3) : "", Mark::none,
            "log Z by Bennett's acceptance ratio over neighbouring levels.");
    }
    if (std::isfinite(s.acceptance)) {
        row(theme, "acceptance", fixed(s.acceptance, 2), "of moves",
            s.acceptance < 0.1 ? Mark::warning : Mark::none,
            "Mean acceptance of the moves within levels. 0.2 to 0.9 is healthy.");
    }
    if (s.tally.map_not_converged + s.tally.non_finite > 0) {
        row(theme, "failures", grouped(s.tally.map_not_converged + s.tally.non_finite),
            "weight set to zero, counted", Mark::bad,
            "Transitions whose equation was not solved and densities that were not finite.");
    }
}

/// What a learned log density does to the weights along its path: no ESS shows it.
void learned_rows(Workbench& bench) {
    const LearnedMaps* learned = bench.learning.maps();
    const LearnedLevel* worst = learned ? worst_level(*learned) : nullptr;
    if (!worst) {
        return;
    }
    const Theme& theme = bench.theme;
    const double tv = worst->total_variation;
    row(theme, "learned TV", fixed(tv, 3), "worst, at level " + std::to_string(worst->level),
        tv < 0.05   ? Mark::good
        : tv < 0.15 ? Mark::warning
                    : Mark::bad,
        "Total variation between the mode weights that the learned log density implies and the exact ones: "
        "half the sum of absolute differences, at the worst level. ESS and loss do not show it.");
    row(theme, "roughness", fixed(learned->roughness, 2), "of mode 1 along the path",
        !std::isfinite(learned->roughness) ? Mark::none
        : learned->roughness < 0.5         ? Mark::good
        : learned->roughness < 2           ? Mark::warning
                                           : Mark::bad,
        "J, the sum over levels of |logit m(k + 1) - logit m(k)|, m the learned mass of the first mode: 0 on "
        "an "
        "exact diffusion path. What goes up and down again must be paid for by weights or swaps.");
}

/// The buttons of a warning; a pressed one edits the preset in one undo step.
void draw_remedies(Workbench& bench, const std::string& warning) {
    const Theme& theme = bench.theme;
    const float right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
    const Remedy* pressed = nullptr;
    bool first = true;
    ImGui::PushID(warning.c_str());
    for (const Remedy& remedy :
         bench.remedies.of(warning, bench.workspace.document(), bench.workspace.resolved())) {
        const float width =
            ImGui::CalcTextSize(remedy.label.c_str()).x + 2 * ImGui::GetStyle().FramePadding.x;
        if (!first) {
            ImGui::SameLine(0, theme.px(6));
            if (ImGui::GetCursorPosX() + width > right) {
                ImGui::NewLine();
            }
        }
        first = false;
        if (ImGui::Button((remedy.label + "###" + remedy.values.front().first).c_str())) {
            pressed = &remedy;
        }
        ImGui::SetItemTooltip("Edits the preset; Ctrl+Z takes it back.");
    }
    ImGui::PopID();
    if (pressed) {
        const Remedy chosen = *pressed;  // the edit forgets what was remembered
        bench.workspace.apply(chosen.values, chosen.label);
    }
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    std::vector<RunWarning> warnings = s.warnings;
    if (bench.learning.of_this_preset()) {
        const std::vector<RunWarning> more = bench.learning.warnings();
        warnings.insert(warnings.end(), more.begin(), more.end());
    }
    const bool well = warnings.empty();
    const bool has = s.state != RunState::idle && s.state != RunState::preparing;
    panel_header(bench, *find_view("health"), "Health",
                 !well  ? std::to_string(warnings.size()) + (warnings.size() == 1 ? " warning" : " warnings")
                 : !has ? ""
                        : "no warnings");
    if (!has && well) {
        empty_text(bench, "Diagnostics of the run appear here.");
        return;
    }
    if (ImGui::BeginChild("###rows", {0, 0})) {
        if (has) {
            rows(bench, s);
            learned_rows(bench);
        }
        if (!well) {
            ImGui::Dummy({0, theme.px(2)});
        }
        const Face small(theme.body, Theme::small_size);
        for (const RunWarning& warning : warnings) {
            ImGui::TextColored(Theme::vec(theme.colours().warning), "%s", icon::warning);
            ImGui::SameLine(0, theme.px(8));
            ImGui::BeginGroup();
            ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - theme.px(6));
            ImGui::TextUnformatted(warning.text.c_str());
            if (!warning.fix.empty()) {
                ImGui::TextColored(theme.dim(), "%s", warning.fix.c_str());
            }
            ImGui::PopTextWrapPos();
            draw_remedies(bench, warning.id);
            if (warning.id == "weights_not_verifiable" && ImGui::TextLink("Why?###why")) {
                bench.view.raise.emplace_back("blindness");
            }
            ImGui::EndGroup();
        }
        fade_below(theme);
    }
    ImGui::EndChild();
}

}  // namespace

View health_view() { return {"health", "Health", draw, nullptr}; }

}  // namespace tempera::app
