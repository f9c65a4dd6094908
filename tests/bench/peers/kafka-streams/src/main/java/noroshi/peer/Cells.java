// SPDX-License-Identifier: Apache-2.0
package noroshi.peer;

import java.util.List;
import noroshi.v1.Command.Posture;
import noroshi.v1.Decision.MatrixColumn;
import noroshi.v1.Decision.Route;
import noroshi.v1.Notice.ItemType;
import noroshi.v1.Notice.Urgency;

/** The table of 5 columns x 3 postures x 3 urgencies, and the column of each item type. */
final class Cells {
  private static final List<Route> NEWS = List.of(Route.ROUTE_NEWSLETTER, Route.ROUTE_WEB);
  private static final List<Route> ALL =
      List.of(Route.ROUTE_REALTIME, Route.ROUTE_NEWSLETTER, Route.ROUTE_WEB);
  private static final List<Route> REAL = List.of(Route.ROUTE_REALTIME);

  private Cells() {}

  static MatrixColumn column(ItemType item) {
    int n = item.getNumber();
    if (n <= ItemType.ITEM_A2_VALUE) {
      return MatrixColumn.COLUMN_A;
    }
    if (n <= ItemType.ITEM_BA6_VALUE) {
      return MatrixColumn.COLUMN_B_A;
    }
    if (n <= ItemType.ITEM_BB3_VALUE) {
      return MatrixColumn.COLUMN_B_B;
    }
    return n <= ItemType.ITEM_BC4_VALUE ? MatrixColumn.COLUMN_B_C : MatrixColumn.COLUMN_C;
  }

  static List<Route> routes(MatrixColumn column, Posture posture, Urgency urgency) {
    boolean calm = posture == Posture.POSTURE_NORMAL;
    boolean now = urgency == Urgency.URGENCY_IMMEDIATE;
    boolean soon = now || urgency == Urgency.URGENCY_PRIORITY;
    return switch (column) {
      case COLUMN_A, COLUMN_B_A -> now ? ALL : NEWS;
      case COLUMN_B_B -> now || (soon && !calm) ? ALL : NEWS;
      case COLUMN_B_C -> soon || !calm ? ALL : NEWS;
      default -> REAL;
    };
  }
}
