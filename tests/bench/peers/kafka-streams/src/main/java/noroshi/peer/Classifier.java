package noroshi.peer;
public final class Classifier { public static void main(String[] a) {} }
