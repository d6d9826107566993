/// How reports look.
enum ReportStyle {
  static let css = """

    :root { color-scheme: light dark; --ink: #1F2933; --quiet: #5B6670; --grid: #E4E7EB; --frame: #9AA5B1; --card: #FFFFFF;
      --page: #F5F7FA; --soft: #3E4C59; --rule: #CBD2D9; --note: #FFF8E6; --noteline: #B8860B; --link: #0B5394;
      --s0: #0072B2; --s1: #D55E00; --s2: #009E73; --s3: #AA4499; --s4: #B8860B; --s5: #56B4E9; --s6: #7B8794;
      --good: #00684A; --goodback: #DDF3EA; --fair: #7A5200; --fairback: #FDF0D0; --bad: #A32116; --badback: #FBE3E0; }
    @media (prefers-color-scheme: dark) { :root { --ink: #E6EAEE; --quiet: #A7B1BA; --grid: #2E3A46; --frame: #5B6B7A;
      --card: #182029; --page: #0F151B; --soft: #C3CCD5; --rule: #34424F; --note: #2E2710; --noteline: #D9A82E;
      --link: #8CC4F2; --s0: #4DA9E8; --s1: #F28A3F; --s2: #2FC79B; --s3: #DB8FCB; --s4: #DDB13C; --s5: #9AD8FF;
      --s6: #8796A5; --good: #7FE0BC; --goodback: #0E3A2C; --fair: #F2CD75; --fairback: #3A2E0C; --bad: #FFA79E;
      --badback: #4A1A16; } }
    * { box-sizing: border-box; }
    html { font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--ink);
      background: var(--page); }
    body { margin: 0; }
    header { background: #102A43; color: #FFFFFF; padding: 2.2rem max(1.5rem, calc(50vw - 520px + 1.5rem)) 1.4rem; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
    .subtitle { margin: .5rem 0 0; color: #D9E2EC; }
    nav { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin-top: 1.1rem; font-size: .9rem; }
    nav a { color: #BCCCDC; text-decoration: none; }
    nav a:hover { color: #FFFFFF; text-decoration: underline; }
    main { max-width: 1040px; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
    main a { color: var(--link); }
    h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule); }
    p, ul { max-width: 44rem; margin: .6rem 0; }
    ul { padding-left: 1.3rem; }
    .badge { font-size: .85rem; font-weight: 600; padding: .1rem .55rem; border-radius: 1rem; white-space: nowrap; }
    h2 .badge { margin-left: .5rem; vertical-align: .12rem; }
    .good { color: var(--good); background: var(--goodback); }
    .fair { color: var(--fair); background: var(--fairback); }
    .bad { color: var(--bad); background: var(--badback); }
    .notice { background: var(--note); border-left: 4px solid var(--noteline); padding: .6rem 1rem; }
    .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(155px, 1fr)); gap: .8rem; margin: 1.2rem 0; }
    .fact { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: .9rem 1rem; }
    .fact .value { font-size: 1.7rem; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
    .fact .name { font-size: .9rem; }
    .fact .note { font-size: .8rem; color: var(--quiet); line-height: 1.4; margin-top: .2rem; }
    figure { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; margin: 1.2rem 0; padding: 1rem; }
    figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
    figcaption { font-size: .9rem; color: var(--soft); margin: .7rem auto 0; max-width: 46rem; line-height: 1.5; }
    .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr)); gap: .8rem; }
    .table { overflow-x: auto; margin: 1.2rem 0; background: var(--card); border: 1px solid var(--grid);
      border-radius: 8px; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; }
    caption { text-align: left; padding: .8rem 1rem .4rem; color: var(--soft); }
    th, td { padding: .4rem .75rem; text-align: left; border-top: 1px solid var(--grid); vertical-align: top; }
    thead th { font-weight: 600; border-top: 0; border-bottom: 1px solid var(--frame); white-space: nowrap; }
    .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    pre { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: 1rem; overflow-x: auto;
      font: .85rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
    @media print { html { background: #FFFFFF; font-size: 11pt; } header { color: #102A43; background: none; padding: 0; }
      .subtitle { color: var(--soft); } nav { display: none; } figure, .fact, .table { break-inside: avoid; } }

    """
}
