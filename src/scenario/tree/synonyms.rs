//! Names of parameters and choices that other programs and textbooks use.

/// The key that a parameter of another name stands for, and how to convert its value.
pub(super) fn parameter(key: &str, known: &[&'static str]) -> Option<(&'static str, &'static str)> {
    const PARAMETERS: [(&[&str], &str, &str); 9] = [
        (
            &["sigma", "sdlog", "s"],
            "cv",
            "`cv` is the standard deviation over the mean; of a lognormal with the sigma of the logarithm it is \
             sqrt(exp(sigma^2) - 1), and its `mean` is exp(mu + sigma^2 / 2)",
        ),
        (
            &["mu", "meanlog", "median"],
            "mean",
            "`mean` is that of the values themselves; with mu and sigma of the logarithm it is exp(mu + sigma^2 / 2)",
        ),
        (
            &["sd", "std", "stddev", "stdev", "standard_deviation"],
            "cv",
            "`cv` is the standard deviation divided by the mean",
        ),
        (&["rate", "lambda"], "mean", "the mean is 1 / rate: a rate of 2/min is mean = \"30s\""),
        (&["scale", "theta", "beta"], "mean", "give the mean instead of the scale"),
        (&["min", "minimum", "lower", "a"], "low", "the smallest value is `low`"),
        (&["max", "maximum", "upper", "b"], "high", "the largest value is `high`"),
        (&["k", "alpha"], "shape", "the shape is `shape`"),
        (&["value", "expectation", "average"], "mean", "the mean is `mean`"),
    ];
    let lower = key.to_lowercase();
    let (_, right, help) =
        PARAMETERS.iter().find(|(names, right, _)| names.contains(&lower.as_str()) && known.contains(right))?;
    Some((right, help))
}
