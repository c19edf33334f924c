// SPDX-License-Identifier: MIT
// A person's session, clicked and typed by Dear ImGui's Test Engine through the widgets' stable ids.
#include "session.hpp"

namespace tempera::app {
namespace {

constexpr const char* transport = "//###transport/";

/// The scrolled part of Setup; its fields are named by their dotted paths.
void enter_setup(ImGuiTestContext* ctx) { ctx->SetRef(ctx->WindowInfo("//###setup/###fields").Window); }

/// A run in sight, so slow that it can be edited, and Setup at hand.
void run_slowly(ImGuiTestContext* ctx, Workbench& bench, double pace) {
    bench.workspace.set_pace(pace);
    ctx->SetRef(transport);
    click(ctx, "###run");
    IM_CHECK(reaches(ctx, bench, RunState::running));
    enter_setup(ctx);
}

TEST(Clicks, RunPauseStepStopAndRestart) {
    play("transport", [](ImGuiTestContext* ctx, Workbench& bench) {
        Workspace& w = bench.workspace;
        w.set_pace(20);
        ctx->SetRef(transport);
        click(ctx, "###run");
        IM_CHECK(reaches(ctx, bench, RunState::running));
        click(ctx, "###run");
        IM_CHECK(reaches(ctx, bench, RunState::paused));
        const int before = w.snapshot().level;
        click(ctx, "###step");
        IM_CHECK(until(ctx, [&] { return w.snapshot().level == before - 1; }));
        IM_CHECK(reaches(ctx, bench, RunState::paused));
        click(ctx, "###run");
        IM_CHECK(reaches(ctx, bench, RunState::running));
        click(ctx, "###stop");
        IM_CHECK(reaches(ctx, bench, RunState::cancelled));
        w.set_pace(0);
        click(ctx, "###restart");
        IM_CHECK(reaches(ctx, bench, RunState::finished));
        IM_CHECK_GE(static_cast<int>(w.runs().size()), 1);
    });
}

TEST(Clicks, AnEditedNumberWaitsForApply) {
    play("number", [](ImGuiTestContext* ctx, Workbench& bench) {
        Workspace& w = bench.workspace;
        run_slowly(ctx, bench, 4);
        ctx->ItemInputValue("path.n_levels/###value", 24);
        IM_CHECK_EQ(w.value("path.n_levels").get<int>(), 24);
        IM_CHECK_EQ(static_cast<int>(w.pending().size()), 1);
        w.set_pace(0);
        ctx->SetRef("//###setup");
        click(ctx, "###apply");
        IM_CHECK(until(ctx, [&] { return w.snapshot().n_levels == 24; }));
        IM_CHECK(reaches(ctx, bench, RunState::finished));
        IM_CHECK_EQ(static_cast<int>(w.pending().size()), 0);
        ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
        IM_CHECK_EQ(w.value("path.n_levels").get<int>(), 64);
    });
}

TEST(Clicks, TheKernelChangesDuringARun) {
    play("kernel", [](ImGuiTestContext* ctx, Workbench& bench) {
        Workspace& w = bench.workspace;
        run_slowly(ctx, bench, 6);
        click(ctx, "kernel.type/###value");
        ctx->SetRef("//$FOCUSED");
        click(ctx, "first_order");
        IM_CHECK_STR_EQ(w.value("kernel.type").get<std::string>().c_str(), "first_order");
        IM_CHECK_EQ(static_cast<int>(w.pending().size()), 0);
        w.set_pace(0);
        IM_CHECK(reaches(ctx, bench, RunState::finished));
        IM_CHECK_GE(static_cast<int>(w.snapshot().edits.size()), 1);
    });
}

TEST(Clicks, EscapeClosesAListAndLeavesTheRunAlone) {
    play("escape", [](ImGuiTestContext* ctx, Workbench& bench) {
        Workspace& w = bench.workspace;
        run_slowly(ctx, bench, 6);
        click(ctx, "kernel.type/###value");
        const auto open = [] { return ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup); };
        IM_CHECK(open());
        ctx->KeyPress(ImGuiKey_Escape);
        IM_CHECK(!open());
        IM_CHECK(w.snapshot().state == RunState::running);
        for (const ImGuiKey answer : {ImGuiKey_Escape, ImGuiKey_Enter}) {
            ctx->KeyPress(ImGuiKey_Escape);  // asks
            IM_CHECK(until(ctx, open));
            ctx->Yield(2);
            IM_CHECK(w.snapshot().state == RunState::running);
            ctx->KeyPress(answer);
            IM_CHECK(until(ctx, [&] { return !open(); }));
        }
        IM_CHECK(reaches(ctx, bench, RunState::cancelled));
    });
}

TEST(Clicks, ThePaletteRunsACommand) {
    play("palette", [](ImGuiTestContext* ctx, Workbench& bench) {
        ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_P);
        IM_CHECK(until(ctx, [&] { return ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup); }));
        ctx->Yield(2);
        ctx->KeyChars("theme light");
        ctx->KeyPress(ImGuiKey_Enter);
        IM_CHECK(until(ctx, [&] { return bench.theme.name() == "light"; }));
        IM_CHECK(until(ctx, [] { return !ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup); }));
    });
}

TEST(Clicks, ThePaletteFindsASetting) {
    play("setting", [](ImGuiTestContext* ctx, Workbench& bench) {
        ctx->KeyPress(ImGuiKey_F1);
        IM_CHECK(until(ctx, [&] { return ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup); }));
        ctx->Yield(2);
        ctx->KeyChars("ess threshold");
        ctx->KeyPress(ImGuiKey_Enter);
        IM_CHECK(until(ctx, [&] { return bench.view.setup_filter == "sampler.ess_threshold"; }));
        ctx->SetRef("//###setup");
        click(ctx, "###show_all");
        IM_CHECK(bench.view.setup_filter.empty());
    });
}

TEST(Clicks, TheFileDialogOpensAndCancels) {
    play("dialog", [](ImGuiTestContext* ctx, Workbench& bench) {
        const Json before = bench.workspace.document();
        ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_O);
        IM_CHECK(until(ctx, [] { return ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup); }));
        ctx->SetRef("//###file_dialog");
        ctx->ItemInputValue("###name", "no_such_preset.json");
        click(ctx, "###choose");
        IM_CHECK(ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup));
        click(ctx, "###cancel");
        IM_CHECK(until(ctx, [] { return !ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup); }));
        IM_CHECK(bench.workspace.document() == before);
        ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_O);
        ctx->Yield(2);
        ctx->ItemInputValue("###name", "mog9.json");
        if (ctx->ItemExists("###choose")) {
            click(ctx, "###choose");
        }
        IM_CHECK(until(ctx, [&] { return bench.workspace.file().filename() == "mog9.json"; }));
    });
}

TEST(Clicks, LayoutsSwitchByKeyAndByMenu) {
    play(
        "layouts",
        [](ImGuiTestContext* ctx, Workbench& bench) {
            const char* names[] = {"explore", "weights", "ladder", "mode_blindness", "molecules"};
            for (int i = 0; i < 5; ++i) {
                ctx->KeyPress(ImGuiMod_Ctrl | static_cast<ImGuiKey>(ImGuiKey_1 + i));
                IM_CHECK_STR_EQ(bench.view.layout.c_str(), names[i]);
                ctx->Yield(3);
            }
            ctx->SetRef("##MainMenuBar");
            ctx->MenuClick("View/Layout/###layout.explore");
            IM_CHECK_STR_EQ(bench.view.layout.c_str(), "explore");
        },
        "re_ladder");
}

}  // namespace
}  // namespace tempera::app
