public class V3__code extends BaseJavaMigration {}
