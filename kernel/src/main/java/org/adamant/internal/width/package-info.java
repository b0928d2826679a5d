/**
 * Which width and why. {@link org.adamant.internal.width.Machine} has the facts of the JVM and the processor; {@link
 * org.adamant.internal.width.SupportedWidths} says which widths that allows, {@link
 * org.adamant.internal.width.Preference} which of them is used if nobody names one, and {@link
 * org.adamant.internal.width.WidthChoice} how a loop of it begins. What the user is told about it is in {@link
 * org.adamant.internal.width.Sentences} alone. Not exported; {@code org.adamant.LaneWidth} is what users see of it.
 */
@NullMarked
package org.adamant.internal.width;

import org.jspecify.annotations.NullMarked;
