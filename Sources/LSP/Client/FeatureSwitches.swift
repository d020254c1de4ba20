import JSON

/// Which features the user wants. All, unless told otherwise.
struct FeatureSwitches {
    private var off: Set<Feature> = []
    /// Whether positions are to count UTF-16 units, whatever else the client can do.
    private(set) var forcesUTF16 = false

    /// Reads the settings, where they say something.
    mutating func read(_ settings: JSONSlice?) {
        guard let settings else { return }
        for member in settings.members {
            if member.name.reads("positionEncoding") {
                forcesUTF16 = member.value.reads("utf-16")
            } else if let feature = member.name.string.flatMap(Feature.init), let isOn = member.value.bool {
                if isOn { off.remove(feature) } else { off.insert(feature) }
            }
        }
    }

    func isOn(_ feature: Feature) -> Bool { !off.contains(feature) }
}
