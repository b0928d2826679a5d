package org.adamant.bench.train.report;

import java.util.List;
import org.adamant.bench.page.Chart;
import org.adamant.bench.page.Table;

/**
 * The results of one program.
 *
 * @param claims the claims of the program, which fails if one does not hold
 * @param notes sentences with other observations
 * @param charts pictures, for the report
 * @param tables tables, for the report and the console
 */
public record Findings(List<Claim> claims, List<String> notes, List<Chart> charts,
    List<Table> tables) {

  /** The claims that do not hold. */
  public List<Claim> failures() {
    return claims.stream().filter(claim -> !claim.holds()).toList();
  }
}
