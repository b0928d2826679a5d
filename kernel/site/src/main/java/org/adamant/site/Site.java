package org.adamant.site;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Makes a site of the Markdown files of the project and the Javadoc, and checks it: every relative link has to lead
 * to a file that is there, and to an anchor in it. Links to other sites are not followed.
 *
 * <p>Arguments: the root of the project, the folder of the Javadoc, the folder of the site, the address of the
 * repository. Exit status 1 if a link leads nowhere.
 */
public final class Site {

  private static final String MARKDOWN = ".md";
  private static final String JAVADOC = "apidocs";
  private static final Pattern ELSEWHERE = Pattern.compile("^([a-z][a-z0-9+.-]*:|//).*");

  /** What GitHub leaves out of the anchor of a heading. */
  private static final Pattern NO_ANCHOR = Pattern.compile("[^\\p{L}\\p{N} _-]");

  private final Path root;
  private final Path javadoc;
  private final Path site;
  private final String repository;
  private final Set<String> broken = new TreeSet<>();

  private Site(Path root, Path javadoc, Path site, String repository) {
    this.root = root.toAbsolutePath().normalize();
    this.javadoc = javadoc.toAbsolutePath().normalize();
    this.site = site.toAbsolutePath().normalize();
    this.repository = repository;
  }

  /**
   * Makes and checks the site.
   *
   * @param args see above
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    final Site site = new Site(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), args[3]);
    site.clear();
    site.copy(site.javadoc, site.site.resolve(JAVADOC));
    final List<Path> guides = site.guides();
    for (Path guide : guides) {
      site.render(guide, guides);
    }
    final int pages = site.check();
    site.broken.forEach(System.err::println);
    if (!site.broken.isEmpty()) {
      System.err.println(site.broken.size() + " links lead nowhere");
      System.exit(1);
    }
    System.out.println(pages + " pages, all links lead somewhere: " + site.site);
  }

  private void clear() throws IOException {
    if (Files.exists(site)) {
      try (Stream<Path> files = Files.walk(site)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(site);
  }

  private void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        final Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** All Markdown files, but those that a build made. */
  private List<Path> guides() throws IOException {
    final List<Path> guides = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            final String name = String.valueOf(folder.getFileName());
            return !folder.equals(root) && (name.startsWith(".") || name.equals("target"))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(MARKDOWN)) {
              guides.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    guides.sort(null);
    return guides;
  }

  /** Where a guide lies on the site. The README of the project is its first page. */
  private Path pageOf(Path guide) {
    final String name = root.relativize(guide).toString();
    return site.resolve(
        name.equals("README.md")
            ? "index.html"
            : name.substring(0, name.length() - MARKDOWN.length()) + ".html");
  }

  private void render(Path guide, List<Path> guides) throws IOException {
    final var tables = List.of(TablesExtension.create());
    final String body =
        HtmlRenderer.builder()
            .extensions(tables)
            .build()
            .render(Parser.builder().extensions(tables).build().parse(Files.readString(guide)));
    final Document page = Jsoup.parse(body);
    page.outputSettings().prettyPrint(false);
    setAnchors(page);
    for (Element link : page.select("[href], [src]")) {
      setTarget(link, guide, guides);
    }
    final Element first = page.selectFirst("h1");
    page.title(first == null ? root.relativize(guide).toString() : first.text());
    page.head()
        .prependElement("meta")
        .attr("charset", "utf-8");
    page.head()
        .appendElement("style")
        .text(
            "body{max-width:60em;margin:auto;padding:1em;font-family:sans-serif}"
                + "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2em .5em}"
                + "pre{overflow:auto;background:#f4f4f4;padding:.5em}");
    final Element navigation = page.body().prependElement("nav");
    final Path its = pageOf(guide);
    navigation.appendElement("a")
        .attr("href", path(its, site.resolve(JAVADOC).resolve("index.html")))
        .text("Javadoc");
    for (Path other : guides) {
      navigation.appendText(" · ");
      navigation.appendElement("a")
          .attr("href", path(its, pageOf(other)))
          .text(root.relativize(other).toString());
    }
    Files.createDirectories(its.getParent());
    Files.writeString(its, "<!doctype html>\n" + page.outerHtml());
  }

  private static String path(Path from, Path to) {
    return from.getParent().relativize(to).toString().replace('\\', '/');
  }

  /** Gives headings the anchors that GitHub gives them. */
  private static void setAnchors(Document page) {
    final Map<String, Integer> counts = new HashMap<>();
    for (Element heading : page.select("h1, h2, h3, h4, h5, h6")) {
      final String text =
          NO_ANCHOR.matcher(heading.text().toLowerCase(Locale.ROOT))
              .replaceAll("")
              .replace(' ', '-');
      final int before = counts.merge(text, 1, Integer::sum) - 1;
      heading.id(before == 0 ? text : text + "-" + before);
    }
  }

  /** Has a link of a guide lead to the page of another one, to a copied picture, or to a file of the repository. */
  private void setTarget(Element link, Path guide, List<Path> guides) throws IOException {
    final String attribute = link.hasAttr("href") ? "href" : "src";
    final String target = link.attr(attribute);
    if (target.isEmpty() || target.startsWith("#") || ELSEWHERE.matcher(target).matches()) {
      return;
    }
    final String[] parts = target.split("#", 2);
    final Path file = guide.resolveSibling(parts[0]).normalize();
    if (!file.startsWith(root) || !Files.exists(file)) {
      broken.add(root.relativize(guide) + ": " + target);
    } else if (guides.contains(file)) {
      final String anchor = parts.length > 1 ? "#" + parts[1] : "";
      link.attr(attribute, path(pageOf(guide), pageOf(file)) + anchor);
    } else if (attribute.equals("src")) {
      final Path copy = pageOf(guide).resolveSibling(parts[0]).normalize();
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    } else {
      final String kind = Files.isDirectory(file) ? "/tree/HEAD/" : "/blob/HEAD/";
      link.attr(
          attribute, repository + kind + root.relativize(file).toString().replace('\\', '/'));
    }
  }

  /** Checks the links of all pages. */
  private int check() throws IOException {
    final Map<Path, Document> pages = new HashMap<>();
    try (Stream<Path> files = Files.walk(site)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".html")).toList()) {
        pages.put(file, Jsoup.parse(file));
      }
    }
    pages.forEach((file, page) -> {
      for (Element link : page.select("a[href], link[href], img[src], script[src]")) {
        final String target = link.hasAttr("href") ? link.attr("href") : link.attr("src");
        if (!target.isEmpty() && !ELSEWHERE.matcher(target).matches()
            && !leadsSomewhere(target, file, pages)) {
          broken.add(site.relativize(file) + ": " + target);
        }
      }
    });
    return pages.size();
  }

  private static boolean leadsSomewhere(String target, Path file, Map<Path, Document> pages) {
    final String[] parts = target.split("#", 2);
    final String path = parts[0].split("\\?", 2)[0];
    final Path there = path.isEmpty() ? file : file.resolveSibling(decoded(path)).normalize();
    if (parts.length == 1 || parts[1].isEmpty()) {
      return Files.exists(there);
    }
    final Document page = pages.get(there);
    final String anchor = decoded(parts[1]);
    return page != null
        && (page.getElementById(anchor) != null
            || page.select("a[name]").stream().anyMatch(a -> a.attr("name").equals(anchor)));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(
        text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
