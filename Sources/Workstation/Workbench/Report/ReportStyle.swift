/// How reports look.
enum ReportStyle {
  static let css = """

    :root { color-scheme: light; }
    * { box-sizing: border-box; }
    html { font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: #1F2933;
      background: #F5F7FA; }
    body { margin: 0; }
    header { background: #102A43; color: #FFFFFF; padding: 2.2rem max(1.5rem, calc(50vw - 520px + 1.5rem)) 1.4rem; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
    .subtitle { margin: .5rem 0 0; color: #D9E2EC; }
    nav { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin-top: 1.1rem; font-size: .9rem; }
    nav a { color: #BCCCDC; text-decoration: none; }
    nav a:hover { color: #FFFFFF; text-decoration: underline; }
    main { max-width: 1040px; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
    h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; padding-bottom: .3rem; border-bottom: 1px solid #CBD2D9; }
    p { max-width: 44rem; margin: .6rem 0; }
    .notice { background: #FFF8E6; border-left: 4px solid #B8860B; padding: .6rem 1rem; }
    .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(155px, 1fr)); gap: .8rem; margin: 1.2rem 0; }
    .fact { background: #FFFFFF; border: 1px solid #E4E7EB; border-radius: 8px; padding: .9rem 1rem; }
    .fact .value { font-size: 1.7rem; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
    .fact .name { font-size: .9rem; }
    .fact .note { font-size: .8rem; color: #5B6670; line-height: 1.4; margin-top: .2rem; }
    figure { background: #FFFFFF; border: 1px solid #E4E7EB; border-radius: 8px; margin: 1.2rem 0; padding: 1rem; }
    figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
    figcaption { font-size: .9rem; color: #3E4C59; margin: .7rem auto 0; max-width: 46rem; line-height: 1.5; }
    .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: .8rem; }
    .table { overflow-x: auto; margin: 1.2rem 0; background: #FFFFFF; border: 1px solid #E4E7EB; border-radius: 8px; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; }
    caption { text-align: left; padding: .8rem 1rem .4rem; color: #3E4C59; }
    th, td { padding: .4rem 1rem; text-align: left; border-top: 1px solid #E4E7EB; vertical-align: top; }
    thead th { font-weight: 600; border-top: 0; border-bottom: 1px solid #9AA5B1; white-space: nowrap; }
    .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    pre { background: #FFFFFF; border: 1px solid #E4E7EB; border-radius: 8px; padding: 1rem; overflow-x: auto;
      font: .85rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
    @media print { html { background: #FFFFFF; font-size: 11pt; } header { color: #102A43; background: none; padding: 0; }
      .subtitle { color: #3E4C59; } nav { display: none; } figure, .fact, .table { break-inside: avoid; } }

    """
}
