// SPDX-License-Identifier: MIT
#include "app/bring/offer.hpp"

#include <imgui.h>

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

/// Where the new preset comes from.
std::string origin(const Workbench& bench, const Proposal& proposal) {
    return proposal.basis.empty() ? "in " + bench.workspace.name() + ", with its path and sampler"
                                  : "with the path and the sampler of " + proposal.basis.stem().string();
}

}  // namespace

bool draw_offer(Workbench& bench, const Offer& offer) {
    const Theme& theme = bench.theme;
    const bool known = offer.proposal != nullptr,
               possible = known && offer.proposal->refused.empty() && !offer.proposal->preset.is_null();
    bool pressed = false;
    ImGui::BeginDisabled(!possible);
    {
        const float width = ImGui::GetContentRegionAvail().x;
        if (offer.primary && possible) {
            const PrimaryColours colours(theme);
            pressed = ImGui::Button(offer.label.c_str(), {width, 0});
        } else {
            pressed = ImGui::Button(offer.label.c_str(), {width, 0});
        }
    }
    ImGui::EndDisabled();
    ImGui::SetItemTooltip("%s", offer.tip.c_str());
    const Face small(theme.body, Theme::small_size);
    const std::string below = !known     ? "..."
                              : possible ? origin(bench, *offer.proposal)
                                         : offer.proposal->refused;
    ImGui::PushTextWrapPos(0);
    ImGui::TextColored(theme.dim(), "%s", below.empty() ? " " : below.c_str());
    ImGui::PopTextWrapPos();
    ImGui::Dummy({0, theme.px(3)});
    return pressed && possible;
}

}  // namespace tempera::app
