// SPDX-License-Identifier: MIT
#include "app/shell/question.hpp"

#include <imgui.h>

#include <algorithm>
#include <utility>

#include "app/kit/theme.hpp"

namespace tempera::app {
namespace {

constexpr std::size_t no_answer = static_cast<std::size_t>(-1);
constexpr const char* popup = "###question";

/// The buttons, in rows as wide as the question allows; the index of the pressed one.
std::size_t draw_answers(const Theme& theme, const Question& question) {
    std::size_t pressed = no_answer;
    const float right = ImGui::GetCursorPosX() + theme.px(560);
    const auto button = [&](const std::string& label, const std::string& id, bool first) {
        const float width = std::max(theme.px(90), ImGui::CalcTextSize(label.c_str()).x +
                                                       2 * ImGui::GetStyle().FramePadding.x);
        if (!first) {
            ImGui::SameLine();
            if (ImGui::GetCursorPosX() + width > right) {
                ImGui::NewLine();
            }
        }
        return ImGui::Button((label + id).c_str(), {width, 0});
    };
    for (std::size_t i = 0; i < question.answers.size(); ++i) {
        ImGui::PushStyleColor(ImGuiCol_Button,
                              Theme::vec(i == 0 ? theme.colours().primary : theme.colours().field));
        ImGui::PushStyleColor(ImGuiCol_Text, i == 0 ? ImVec4(1, 1, 1, 1) : theme.text());
        if (button(question.answers[i].label, "###answer" + std::to_string(i), i == 0)) {
            pressed = i;
        }
        ImGui::PopStyleColor(2);
    }
    return button(question.otherwise, "###dismiss", question.answers.empty()) ? question.answers.size()
                                                                              : pressed;
}

}  // namespace

void Questions::ask(Question question) {
    if (question_) {
        answer(no_answer);
    }
    question_ = std::move(question);
}

void Questions::answer(std::size_t index) {
    if (!question_) {
        return;
    }
    const Question given = *std::exchange(question_, std::nullopt);  // the action may ask the next one
    const std::function<void()>& action =
        index < given.answers.size() ? given.answers[index].action : given.dismissed;
    if (action) {
        action();
    }
}

void Questions::draw(const Theme& theme) {
    if (question_ && question_->moot && question_->moot()) {
        question_.reset();
    }
    if (question_ && !ImGui::IsPopupOpen(popup)) {
        ImGui::OpenPopup(popup);
    }
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos(screen->GetCenter(), ImGuiCond_Always, {0.5f, 0.5f});
    ImGui::SetNextWindowSizeConstraints(
        {std::min(theme.px(340), screen->Size.x * 0.9f), 0},
        {std::min(theme.px(600), screen->Size.x * 0.94f), screen->Size.y * 0.9f});
    if (!ImGui::BeginPopupModal(popup, nullptr,
                                ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoTitleBar |
                                    ImGuiWindowFlags_NoSavedSettings)) {
        return;
    }
    if (!question_) {
        ImGui::CloseCurrentPopup();
        ImGui::EndPopup();
        return;
    }
    const bool appearing = ImGui::IsWindowAppearing();
    ImGui::PushTextWrapPos(theme.px(560));
    {
        const Face bold(theme.bold, Theme::body_size);
        ImGui::TextUnformatted(question_->title.c_str());
    }
    for (const std::string& line : question_->lines) {
        ImGui::TextColored(theme.dim(), "%s", line.c_str());
    }
    ImGui::PopTextWrapPos();
    ImGui::Dummy({0, theme.px(4)});
    std::size_t given = draw_answers(theme, *question_);
    if (!appearing && ImGui::IsKeyPressed(ImGuiKey_Enter, false)) {
        given = 0;
    } else if (!appearing && ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        given = question_->answers.size();
    }
    if (given != no_answer) {
        ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
    if (given != no_answer) {
        answer(given);
    }
}

}  // namespace tempera::app
