/// The script that sets a board up on its first boot. It is the same for every form; only who starts it differs.
package enum FirstBootScript {
  /// Where the script stands in the folder on the boot partition.
  static let fileName = "firstboot.sh"

  /// The script with the settings at its head.
  package static func text(_ settings: FlashSettings, form: FirstBootForm) -> String {
    let quote = QuotedText.shell
    // cloud-init and rpi-preseed have their own words for what stands before the line.
    let native = form == .cloudInit || form == .preseed
    var values: [(String, String)] = [("form", form.rawValue), ("host", native ? "" : settings.host)]
    let wifi = native ? nil : settings.wifi
    values.append(("wifi_hex", wifi?.ssidHex ?? ""))
    values.append(("wifi_bytes", wifi?.ssidBytes ?? ""))
    values.append(("wifi_key", wifi?.key ?? ""))
    values.append(("wifi_hidden", wifi?.isHidden == true ? "true" : "false"))
    values.append(("country", settings.wifi?.country ?? ""))
    let admin = form == .cloudInit ? nil : settings.administrator
    values.append(("admin", admin?.name ?? ""))
    values.append(("time_zone", native ? "" : settings.timeZone ?? ""))
    values.append(("locale", native ? "" : settings.locale ?? ""))
    values.append(("wants_edged", settings.packages.contains { $0.name == "edged" } ? "yes" : ""))
    let head = values.map { "\($0.0)=\(quote($0.1))" }.joined(separator: "\n")
    return FirstBootText.begin + head + "\n" + FirstBootText.basics + FirstBootText.network + FirstBootText.accounts
      + FirstBootText.enrolment + FirstBootText.packages + FirstBootText.stages
  }

  /// What starts the script from a folder the system has mounted, one line of sh.
  static func starter(_ stage: String) -> String {
    "for d in /boot/firmware /boot; do if [ -f $d/\(FirstBootFolder.name)/\(fileName) ]; then "
      + "exec /bin/sh $d/\(FirstBootFolder.name)/\(fileName) \(stage); fi; done; exit 0"
  }
}
