enum EngagementAPIPlaceholder {}
