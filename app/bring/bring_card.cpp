// SPDX-License-Identifier: MIT
#include "app/bring/bring_card.hpp"

#include <imgui.h>

#include <algorithm>

#include "app/shell/panel.hpp"
#include "app/shell/shell.hpp"
#include "app/shell/workbench.hpp"
#include "app/workspace/file_kind.hpp"

namespace tempera::app {

namespace fs = std::filesystem;

namespace {

constexpr const char *popup = "Bring your own###bring", *usual_name = "own_density";
constexpr float left_column = 380, width = 940, height = 600;

/// Dimensions that a module is tried with: the present target's first.
std::vector<int> likely_dims(const Workbench& bench) {
    std::vector<int> out{bench.workspace.maps() ? std::max(1, bench.workspace.maps()->dim) : 2};
    for (int dim = 2; dim <= 64; ++dim) {
        out.push_back(dim);
    }
    out.push_back(1);
    return out;
}

}  // namespace

BringCard::BringCard() : formula_("expression"), module_("torchscript") {}

void BringCard::show() {
    page_ = Page::formula;
    wanted_ = true;
}

void BringCard::show_formula(const std::string& formula) {
    formula_.begin(Field::Kind::text, formula, usual_name);
    show();
}

void BringCard::show_file(const Workbench& bench, const fs::path& file) {
    wanted_ = true;
    if (file_kind(file) != FileKind::module) {
        std::error_code ignored;
        page_ = Page::points;
        points_.begin(fs::is_directory(file, ignored) ? file / weights_of_training : file);
        return;
    }
    page_ = Page::module;
    module_file_ = fs::absolute(file).lexically_normal();
    is_script_ = true;
    module_.begin(Field::Kind::file, module_file_.string(), file.stem().string(), likely_dims(bench));
    model_.begin(module_file_);
}

bool BringCard::settled() const {
    switch (page_) {
    case Page::formula:
        return formula_.settled();
    case Page::module:
        return model_.settled() && (!is_script_ || module_.settled());
    default:
        return points_.settled() && !(points_.look() && points_.look()->network);
    }
}

void BringCard::set_on_publish(const std::function<void()>& callback) {
    formula_.set_on_publish(callback);
    module_.set_on_publish(callback);
    points_.set_on_publish(callback);
    model_.set_on_publish(callback);
}

void BringCard::update(Workbench& bench) {
    if (!is_open()) {
        return;
    }
    const Json& present = bench.workspace.document();
    switch (page_) {
    case Page::formula:
        formula_.update(present);
        break;
    case Page::module:
        if (is_script_) {
            module_.update(present);
        }
        model_.update(present);
        break;
    case Page::points:
        points_.update(present);
        if (points_.look() && points_.look()->network) {  // no points: a model
            module_file_ = points_.file();
            is_script_ = false;
            model_.begin(module_file_);
            points_.begin({});
            page_ = Page::module;
        }
        break;
    }
}

void BringCard::draw_pages(Workbench& bench) {
    const auto page = [&](const char* label, Page which, const char* tip) {
        if (choice(bench, label, page_ == which, tip)) {
            page_ = which;
        }
        ImGui::SameLine(0, bench.theme.px(2));
    };
    page("Formula", Page::formula, "A density that is typed");
    page("TorchScript or network", Page::module, "A density or a trained model in a file");
    page("Points or rows", Page::points, "Numbers in a file: csv, npy, npz");
    ImGui::NewLine();
}

/// Files also come by being dropped.
void BringCard::choose_file(Workbench& bench) {
    if (ImGui::Button("Choose a file ...###choose_file", {ImGui::GetContentRegionAvail().x, 0})) {
        come_back_ = true;
        open_ = false;
        ImGui::CloseCurrentPopup();
        const fs::path& last = page_ == Page::points ? points_.file() : module_file_;
        bench.dialog.show(
            FileDialog::Mode::open, last.empty() ? fs::current_path() : last.parent_path(),
            [this, &bench](const fs::path& file) {
                come_back_ = false;  // what is opened shows itself
                bench.open_file(file.string());
            },
            opened_endings());
    }
}

void BringCard::draw_module(Workbench& bench) {
    const Theme& theme = bench.theme;
    if (module_file_.empty()) {
        ImGui::PushTextWrapPos(0);
        ImGui::TextColored(theme.dim(),
                           "Drop a .pt file on the window: a log density (x [n, dim]) -> [n], or a model "
                           "(y [n, dim], sigma [n]) -> energies [n] or scores [n, dim], written by "
                           "torch.jit.save. Or weights.npz of a training.");
        ImGui::PopTextWrapPos();
        return;
    }
    {
        const Face mono(theme.mono, Theme::number_size);
        const std::string name = module_file_.filename().string();
        ImGui::TextUnformatted(fitting(name, ImGui::GetContentRegionAvail().x).c_str());
    }
    ImGui::SetItemTooltip("%s", module_file_.c_str());
    if (is_script_) {
        module_.draw_settings(bench);
        ImGui::Dummy({0, theme.px(6)});
        take(module_.draw_use(bench, module_file_.filename().string()));
    }
    take(model_.draw_use(bench, !is_script_ || module_.failed()));
}

void BringCard::draw_left(Workbench& bench) {
    const float gap = bench.theme.px(6);
    switch (page_) {
    case Page::formula:
        formula_.draw_settings(bench);
        ImGui::Dummy({0, gap});
        take(formula_.draw_use(bench, "the formula"));
        break;
    case Page::module:
        draw_module(bench);
        ImGui::Dummy({0, gap});
        choose_file(bench);
        break;
    case Page::points:
        points_.draw_facts(bench);
        ImGui::Dummy({0, gap});
        take(points_.draw_uses(bench));
        choose_file(bench);
        break;
    }
}

void BringCard::draw_right(Workbench& bench) {
    switch (page_) {
    case Page::formula:
        formula_.draw_look(bench);
        break;
    case Page::module:
        if (is_script_ && !module_.failed()) {
            module_.draw_look(bench);
        } else if (is_script_) {
            empty_text(bench, "There is no log density in this file that could be drawn.");
        } else if (!module_file_.empty()) {
            empty_text(bench, "The panels show a network's densities level by level, as soon as it is used.");
        }
        break;
    case Page::points:
        points_.draw_look(bench);
        break;
    }
}

void BringCard::take(std::optional<Taken> taken) {
    if (taken) {
        taken_ = std::move(taken);
    }
}

/// The card goes first: a question may follow, and brings it back when the person would rather stay.
void BringCard::finish(Workbench& bench) {
    open_ = false;
    ImGui::CloseCurrentPopup();
    bench.leave_document(
        "use " + taken_->what, [&bench, taken = *taken_] { bench.use(taken.proposal, taken.what); },
        [this] { wanted_ = true; });
    taken_.reset();
}

void BringCard::draw(Workbench& bench) {
    if (wanted_ || (come_back_ && !bench.dialog.is_open() && bench.workspace.messages.empty())) {
        ImGui::OpenPopup(popup);
        wanted_ = come_back_ = false;
        open_ = true;
    }
    if (!open_) {
        return;
    }
    const Theme& theme = bench.theme;
    centre_next_window(theme, width, height);
    const bool typing = ImGui::IsAnyItemActive();
    if (!ImGui::BeginPopupModal(popup, &open_, ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoMove)) {
        open_ = ImGui::IsPopupOpen(popup);  // something else took its place
        return;
    }
    draw_pages(bench);
    const float footer = ImGui::GetFrameHeightWithSpacing() + theme.px(2);
    const float left = std::min(theme.px(left_column), 0.5f * ImGui::GetContentRegionAvail().x);
    if (ImGui::BeginChild("###left", {left, -footer})) {
        draw_left(bench);
    }
    ImGui::EndChild();
    ImGui::SameLine(0, theme.px(16));
    if (ImGui::BeginChild("###right", {0, -footer})) {
        draw_right(bench);
    }
    ImGui::EndChild();
    if (ImGui::Button("Close###close", {theme.px(90), 0}) ||
        (!typing && ImGui::IsKeyPressed(ImGuiKey_Escape, false))) {
        open_ = false;
        ImGui::CloseCurrentPopup();
    }
    ImGui::SameLine();
    {
        const Face small(theme.body, Theme::small_size);
        ImGui::AlignTextToFramePadding();
        ImGui::TextColored(theme.dim(), "The preset that is open stays as it is until something is used.");
    }
    if (taken_) {
        finish(bench);
    }
    ImGui::EndPopup();
}

}  // namespace tempera::app
