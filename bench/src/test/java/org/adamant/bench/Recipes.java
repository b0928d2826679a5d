package org.adamant.bench;

import java.util.List;
import java.util.regex.Pattern;

/** Recipes in guides, as they are printed. */
public final class Recipes {

  private Recipes() {}

  /** The blocks of code of a recipe, in their order. */
  public static List<String> blocks(String guide, String name, String language) {
    return Pattern.compile(
        "<!-- recipe: " + name + " -->\\n```" + language + "\\n(.*?)```", Pattern.DOTALL)
        .matcher(guide)
        .results()
        .map(block -> block.group(1))
        .toList();
  }
}
