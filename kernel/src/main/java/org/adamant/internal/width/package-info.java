/**
 * Which width is used, and why. {@link org.adamant.internal.width.Machine} has the facts of the JVM and the
 * processor. {@link org.adamant.internal.width.SupportedWidths} says which widths these allow, {@link
 * org.adamant.internal.width.Preference} which of them is used if the user names none, and {@link
 * org.adamant.internal.width.WidthChoice} how a loop of it begins. Only {@link
 * org.adamant.internal.width.Sentences} has the texts for the user. Not exported; users see {@code
 * org.adamant.LaneWidth}.
 */
@NullMarked
package org.adamant.internal.width;

import org.jspecify.annotations.NullMarked;
