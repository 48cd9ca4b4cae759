//! CVSS vectors, read for people: what each metric is called.

/// What a vector of any version says, in the words of version 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VectorWords {
    pub(crate) vector: Option<&'static str>,
    pub(crate) complexity: Option<&'static str>,
    /// In versions 3 and 4 the privileges that are needed.
    pub(crate) authentication: Option<&'static str>,
    pub(crate) confidentiality: Option<&'static str>,
    pub(crate) integrity: Option<&'static str>,
    pub(crate) availability: Option<&'static str>,
}

/// Of a vector such as `AV:N/AC:L/Au:N/C:P/I:P/A:P` or `CVSS:3.1/AV:N/…`; what it does not say is left out.
pub(crate) fn words_of(vector: &str) -> VectorWords {
    let mut words = VectorWords::default();
    for metric in vector.split('/').take(64) {
        let Some((name, value)) = metric.split_once(':') else {
            continue;
        };
        let impact = match value {
            "N" => Some("NONE"),
            "L" => Some("LOW"),
            "H" => Some("HIGH"),
            "P" => Some("PARTIAL"),
            "C" => Some("COMPLETE"),
            _ => None,
        };
        match name {
            "AV" => {
                words.vector = match value {
                    "N" => Some("NETWORK"),
                    "A" => Some("ADJACENT_NETWORK"),
                    "L" => Some("LOCAL"),
                    "P" => Some("PHYSICAL"),
                    _ => None,
                }
            }
            "AC" => {
                words.complexity = match value {
                    "L" => Some("LOW"),
                    "M" => Some("MEDIUM"),
                    "H" => Some("HIGH"),
                    _ => None,
                }
            }
            "Au" => {
                words.authentication = match value {
                    "N" => Some("NONE"),
                    "S" => Some("SINGLE_INSTANCE"),
                    "M" => Some("MULTIPLE_INSTANCES"),
                    _ => None,
                }
            }
            "PR" => words.authentication = impact,
            "C" | "VC" => words.confidentiality = impact,
            "I" | "VI" => words.integrity = impact,
            "A" | "VA" => words.availability = impact,
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_read() {
        let two = words_of("AV:N/AC:M/Au:S/C:P/I:C/A:N");
        assert_eq!(
            (two.vector, two.complexity),
            (Some("NETWORK"), Some("MEDIUM"))
        );
        assert_eq!(two.authentication, Some("SINGLE_INSTANCE"));
        assert_eq!(
            (two.integrity, two.availability),
            (Some("COMPLETE"), Some("NONE"))
        );
        let three = words_of("CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:C/C:H/I:L/A:N");
        assert_eq!(
            (three.vector, three.authentication),
            (Some("LOCAL"), Some("LOW"))
        );
        let four = words_of("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:L/SC:N/SI:N/SA:N");
        assert_eq!(
            (four.confidentiality, four.availability),
            (Some("HIGH"), Some("LOW"))
        );
        assert_eq!(words_of(""), VectorWords::default());
        assert_eq!(words_of("AV:<b>/nonsense/C:"), VectorWords::default());
    }
}
