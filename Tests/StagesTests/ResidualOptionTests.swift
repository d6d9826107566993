import Stages
import Testing
import TwinMonitor
import Workbench

@Suite struct ResidualOptionTests {
  private func table(_ text: String) throws -> ConfigTable {
    try NetworkFile(parsing: "schema = 1\n" + text, file: "network.toml").residuals
  }

  @Test func optionsComeFromTheFile() throws {
    #expect(try ResidualOptions(table("")) == ResidualOptions(enabled: nil, settings: .standard))
    let all = try ResidualOptions(
      table("[residuals]\nenabled = true\nthreshold_sd = 5\nwindow_steps = 64\naction = \"quarantine\""))
    #expect(
      all
        == ResidualOptions(
          enabled: true, settings: ResidualSettings(threshold: 5, window: 64, action: .quarantine)))
    #expect(try ResidualOptions(table("[residuals]\nenabled = false")).enabled == false)
    #expect(
      try ResidualOptions(NetworkFile(parsing: NetworkFile.defaultText, file: "network.toml").residuals)
        == ResidualOptions())
  }

  @Test(arguments: [
    ("enabeld = true", "'enabled'"), ("threshold = 5", "threshold_sd"), ("window = 5", "window_steps"),
    ("action = \"flg\"", "'flag'"), ("threshold_sd = 2", "3.0 to 20.0"), ("window_steps = 5000", "16 to 4096"),
    ("enabled = 1", "true or false"), ("threshold_sd = 20\nwindow_steps = 16", "never reached in 16 steps"),
  ])
  func badOptionsAreNamed(text: String, words: String) throws {
    let table = try table("[residuals]\n" + text)
    let error = #expect(throws: ConfigError.self) { _ = try ResidualOptions(table) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
